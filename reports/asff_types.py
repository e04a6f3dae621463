"""The names that Security Hub gives to the types of resources.

Source: AWS Security Hub API reference, the members of ResourceDetails; the user guide names `AwsAccount` and `Other`.
"""

from __future__ import annotations

OTHER = "Other"
_NAMES = """
AwsAutoScalingAutoScalingGroup AwsAutoScalingLaunchConfiguration AwsBackupBackupPlan AwsBackupBackupVault
AwsBackupRecoveryPoint AwsCertificateManagerCertificate AwsCloudFormationStack AwsCloudFrontDistribution
AwsCloudTrailTrail AwsCloudWatchAlarm AwsDynamoDbTable AwsEc2ClientVpnEndpoint AwsEc2Eip AwsEc2Instance
AwsEc2LaunchTemplate AwsEc2NetworkAcl AwsEc2NetworkInterface AwsEc2RouteTable AwsEc2SecurityGroup AwsEc2Subnet
AwsEc2TransitGateway AwsEc2Volume AwsEc2Vpc AwsEc2VpcEndpointService AwsEc2VpcPeeringConnection AwsEc2VpnConnection
AwsEcrRepository AwsEcsCluster AwsEcsService AwsEcsTask AwsEcsTaskDefinition AwsEfsAccessPoint AwsEksCluster
AwsEventsEventbus AwsGuardDutyDetector AwsIamGroup AwsIamPolicy AwsIamRole AwsIamUser AwsKinesisStream AwsKmsKey
AwsLambdaFunction AwsLambdaLayerVersion AwsMskCluster AwsNetworkFirewallFirewall AwsNetworkFirewallFirewallPolicy
AwsNetworkFirewallRuleGroup AwsOpenSearchServiceDomain AwsRdsDbCluster AwsRdsDbClusterSnapshot AwsRdsDbInstance
AwsRdsDbSnapshot AwsRdsEventSubscription AwsRedshiftCluster AwsRoute53HostedZone AwsS3AccessPoint AwsS3Bucket
AwsSageMakerNotebookInstance AwsSecretsManagerSecret AwsSnsTopic AwsSqsQueue AwsWafRule AwsWafRuleGroup AwsWafWebAcl
AwsWafv2RuleGroup AwsWafv2WebAcl
""".split()
_BY_SPELLING = {name.lower(): name for name in _NAMES}
_OTHERWISE = {
    "AWS::::Account": "AwsAccount",
    "AWS::EC2::EIP": "AwsEc2Eip",
    "AWS::ECR::Image": "AwsEcrContainerImage",
    "AWS::ElasticLoadBalancing::LoadBalancer": "AwsElbLoadBalancer",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "AwsElbv2LoadBalancer",
    "AWS::IAM::ManagedPolicy": "AwsIamPolicy",
    "AWS::WAFv2::CloudFrontWebACL": "AwsWafv2WebAcl",
}


def asff_type(kind: str) -> str:
    """Give Security Hub's name of a CloudFormation type; `Other` where it has none."""
    return _OTHERWISE.get(kind) or _BY_SPELLING.get(kind.replace("::", "").lower(), OTHER)
