"""User data: which firewall rules and settings in a script really hold."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from scanner.engine.redact import Redactor
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ecs_agent import agent_settings, awsvpc_block_imds, container_stop_timeout
from scanner.kinds.user_data import UserData, imds_block, read_user_data, runs_containers

V4, V6 = "169.254.169.254", "fd00:ec2::254"
RULE = "iptables -I DOCKER-USER -d 169.254.169.254 -j DROP"

BLOCKS = {
    "long options, as AWS writes it": (
        "iptables --insert DOCKER-USER 1 --in-interface docker+ --destination 169.254.169.254/32 --jump DROP"
    ),
    "after another command": "yum install -y iptables-services; sudo iptables -I FORWARD -i docker0 -d 169.254.169.254"
    " -p tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable",
    "by a variable": "#!/bin/bash\nIMDS=169.254.169.254\niptables -w -A DOCKER-USER -d ${IMDS}/32 -j DROP",
    "cloud-config list": "runcmd:\n  - [ iptables, -I, DOCKER-USER, -d, 169.254.169.254, -j, DROP ]",
    "cloud-config text": "runcmd:\n  - 'iptables -I DOCKER-USER -d 169.254.169.254 -j DROP'",
    "nft": 'nft add rule ip filter FORWARD iifname "docker0" ip daddr 169.254.169.254 counter drop',
    "nft, quoted": "nft 'insert rule inet filter forward ip daddr 169.254.169.254 reject'",
    "nft without a family": "nft add rule filter forward ip daddr 169.254.169.254 drop",
    "in a shell": "bash -c 'iptables -I DOCKER-USER -d 169.254.0.0/16 -j DROP'",
    "in a condition": "if command -v docker; then iptables -I DOCKER-USER -d 169.254.169.254 -j DROP; fi",
    "before routing": "iptables -t raw -I PREROUTING -i docker0 -d 169.254.169.254 -j DROP",
    "over several lines": "iptables -I DOCKER-USER \\\n  -d 169.254.169.254 \\\n  -j DROP",
    "by full path": "/usr/sbin/iptables -A FORWARD -d 169.254.169.254 -m comment --comment 'no metadata' -j DROP",
    "several destinations": "iptables -I DOCKER-USER -d 169.254.170.2,169.254.169.254 -j DROP",
    "deletion of another": RULE + "\niptables -D DOCKER-USER -d 10.0.0.1 -j DROP",
    "flush of another chain": RULE + "\niptables -F INPUT",
    "deleted, then set": "iptables -D DOCKER-USER -d 169.254.169.254 -j DROP\n" + RULE,
    "a shell reads it": "bash <<EOF\n" + RULE + "\nEOF",
}

DOES_NOT = {
    "nothing": "",
    "the misprinted address": RULE.replace("169.254.169.254", "192.0.2.0/32"),
    "the credentials endpoint of tasks": RULE.replace("169.254.169.254", "169.254.170.2"),
    "commented out": "# " + RULE,
    "commented out behind a command": "echo done # " + RULE,
    "printed": "echo " + RULE,
    "written to a file": "cat <<EOF > /opt/block.sh\n" + RULE + "\nEOF",
    "traffic of the host": RULE.replace("DOCKER-USER", "OUTPUT"),
    "traffic to the host": RULE.replace("DOCKER-USER", "INPUT"),
    "accepted": RULE.replace("DROP", "ACCEPT"),
    "every other address": RULE.replace("-d", "! -d"),
    "another protocol": RULE + " -p udp",
    "another port": RULE + " -p tcp --dport 443",
    "one source alone": RULE + " -s 172.17.0.2",
    "another interface": RULE + " -i eth0",
    "once a minute": RULE + " -m limit --limit 1/minute",
    "deleted again": RULE + "\niptables -D DOCKER-USER -d 169.254.169.254 -j DROP",
    "flushed": RULE + "\niptables -F DOCKER-USER",
    "all flushed": RULE + "\niptables -F",
    "a table that does not filter": RULE.replace("iptables", "iptables -t nat"),
    "only listed": "iptables -L DOCKER-USER -d 169.254.169.254 -j DROP",
    "no target": "iptables -I DOCKER-USER -d 169.254.169.254",
    "nft, traffic of the host": "nft add rule ip filter output ip daddr 169.254.169.254 drop",
    "nft, one source": "nft add rule ip filter forward ip saddr 10.0.0.1 ip daddr 169.254.169.254 drop",
    "nft, accepted": "nft add rule ip filter forward ip daddr 169.254.169.254 accept",
    "nft, listed": "nft list rule ip filter forward ip daddr 169.254.169.254 drop",
    "unbalanced quotes": RULE + " '",
    "no address": "iptables -I DOCKER-USER -d imds -j DROP",
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in BLOCKS.items()])
def test_a_rule_that_drops_the_metadata_address_counts(text: str) -> None:
    assert imds_block(text) == [V4]


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in DOES_NOT.items()])
def test_a_rule_that_does_not_drop_it_does_not_count(text: str) -> None:
    assert imds_block(text) == []


def test_both_addresses_are_told_apart() -> None:
    six = "ip6tables -I DOCKER-USER -d fd00:ec2::254 -j DROP"
    assert imds_block(six) == [V6]
    assert imds_block(f"{six}\n{RULE}") == [V4, V6]
    assert imds_block("nft add rule inet filter forward ip6 daddr fd00:ec2::254 drop") == [V6]


TRUE = "ECS_AWSVPC_BLOCK_IMDS=true"
SETS = {
    "echo": f"echo {TRUE} >> /etc/ecs/ecs.config",
    "heredoc": f"cat <<'EOF' >> /etc/ecs/ecs.config\nECS_CLUSTER=x\n{TRUE}\nEOF",
    "overwriting heredoc": f"echo A=b > /etc/ecs/ecs.config\ncat <<'EOF' > /etc/ecs/ecs.config\n{TRUE}\nEOF",
    "one text over lines": f'echo "ECS_CLUSTER=x\n{TRUE}" > /etc/ecs/ecs.config',
    "the last wins": f"echo {TRUE.replace('true', 'false')} >> /etc/ecs/ecs.config; echo {TRUE} >> /etc/ecs/ecs.config",
    "tee": f"echo {TRUE} | sudo tee -a /etc/ecs/ecs.config",
    "Bottlerocket": "[settings.ecs]\nawsvpc-block-imds = true",
    "docker run": f"docker run -e {TRUE} amazon/amazon-ecs-agent",
    "Windows": "Initialize-ECSAgent -Cluster x -EnableTaskIAMRole -AwsvpcBlockIMDS",
    "Windows environment": '[Environment]::SetEnvironmentVariable("ECS_AWSVPC_BLOCK_IMDS", $true, "Machine")',
    "write_files": f"write_files:\n - path: /etc/ecs/ecs.config\n   content: |\n     {TRUE}\n",
    "after an overwriting": f"echo ECS_CLUSTER=x > /etc/ecs/ecs.config\necho {TRUE} >> /etc/ecs/ecs.config",
}
SETS_NOT = {
    "nothing": "",
    "commented out": f"# echo {TRUE} >> /etc/ecs/ecs.config",
    "commented in the file": f"cat <<EOF >> /etc/ecs/ecs.config\nECS_CLUSTER=x\n#{TRUE}\nEOF",
    "commented behind": f"echo ECS_CLUSTER=x >> /etc/ecs/ecs.config # {TRUE}",
    "in the shell only": f"export {TRUE}",
    "false": f"echo {TRUE.replace('true', 'false')} >> /etc/ecs/ecs.config",
    "unset later": f"echo {TRUE} >> /etc/ecs/ecs.config\necho {TRUE.replace('true', 'false')} >> /etc/ecs/ecs.config",
    "overwritten later": f"echo {TRUE} >> /etc/ecs/ecs.config\necho ECS_CLUSTER=x > /etc/ecs/ecs.config",
    "overwritten by tee": f"echo {TRUE} >> /etc/ecs/ecs.config\necho ECS_CLUSTER=x | tee /etc/ecs/ecs.config",
    "Windows without": "Initialize-ECSAgent -Cluster x",
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in SETS.items()])
def test_the_agent_is_told_to_block(text: str) -> None:
    assert awsvpc_block_imds(text)


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in SETS_NOT.items()])
def test_the_agent_is_not_told_to_block(text: str) -> None:
    assert not awsvpc_block_imds(text)


PRIVILEGED = "ECS_DISABLE_PRIVILEGED"
PULL = "ECS_IMAGE_PULL_BEHAVIOR"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        (f"echo {PRIVILEGED}=true >> /etc/ecs/ecs.config", {PRIVILEGED: "true"}),
        (f"export {PRIVILEGED}=true", {}),
        (f"# echo {PRIVILEGED}=true >> /etc/ecs/ecs.config", {}),
        (
            f"cat <<'EOF' >> /etc/ecs/ecs.config\n{PRIVILEGED}=true\n{PULL}=prefer-cached\nEOF",
            {PRIVILEGED: "true", PULL: "prefer-cached"},
        ),
        (f"echo {PULL}=once >> /etc/ecs/ecs.config; echo {PULL}=always >> /etc/ecs/ecs.config", {PULL: "always"}),
        (f"echo {PULL}=once >> /etc/ecs/ecs.config\necho ECS_CLUSTER=x > /etc/ecs/ecs.config", {}),
        ('[settings.ecs]\nimage-pull-behavior = "once"', {PULL: "once"}),
        (
            "docker run --env ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST=false amazon/amazon-ecs-agent",
            {"ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST": "false"},
        ),
        ("echo MY_ECS_DISABLE_PRIVILEGED=true >> /etc/ecs/ecs.config", {}),
        ("echo ECS_ENGINE_AUTH_DATA=secret >> /etc/ecs/ecs.config", {}),
    ],
)
def test_settings_of_the_agent_that_may_be_kept(text: str, expected: dict[str, str]) -> None:
    assert agent_settings(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("echo ECS_CONTAINER_STOP_TIMEOUT=1m30s >> /etc/ecs/ecs.config", "1m30s"),
        ("echo ECS_CONTAINER_START_TIMEOUT=1m30s >> /etc/ecs/ecs.config", ""),
        ('[settings.ecs]\ncontainer-stop-timeout = "45s"', "45s"),
    ],
)
def test_the_time_a_container_is_given_to_stop(text: str, expected: str) -> None:
    assert container_stop_timeout(text) == expected


def test_user_data_that_was_kept_before_the_settings_were_looked_for() -> None:
    kept = {"$redacted": "00", "$detected": [], "imds_block": [], "awsvpc_block_imds": False, "runs_containers": True}
    assert read_user_data(kept).agent is None
    assert read_user_data(kept | {"ecs_agent": {PULL: "once"}}).agent == ((PULL, "once"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("echo ECS_CLUSTER=phi >> /etc/ecs/ecs.config", True),
        ("#!/bin/bash\n/etc/eks/bootstrap.sh records", True),
        ("dnf install -y docker", True),
        ("systemctl enable --now docker", True),
        ("docker run -d nginx", True),
        ("# docker run -d nginx", False),
        ("dnf install -y nginx", False),
        ("", False),
    ],
)
def test_container_hosts_are_known_by_what_they_install(text: str, expected: bool) -> None:
    assert runs_containers(text) is expected


def test_user_data_is_examined_and_not_kept() -> None:
    secret = "AKIAIOSFODNN7REALKEY"
    clear = f"#!/bin/bash\naws_access_key_id={secret}\necho ECS_CLUSTER=phi >> /etc/ecs/ecs.config\n{RULE}\n"
    document: dict[str, Any] = {"Value": base64.b64encode(clear.encode()).decode()}
    kept = Redactor(b"key").section(Instance, "script", document)
    assert secret not in str(kept)
    assert document["Value"] is kept["Value"]
    read = read_user_data(kept["Value"])
    assert read.present
    assert read.runs_containers
    assert read.imds_block == (V4,)
    assert not read.awsvpc_block_imds
    assert "AWS Access Key" in read.detectors


def test_harmless_user_data_sets_off_no_detector() -> None:
    document = {"Value": base64.b64encode(b"#!/bin/bash\necho hello\n").decode()}
    kept = Redactor(b"key").section(Instance, "script", document)
    assert read_user_data(kept["Value"]) == UserData(present=True)


def test_user_data_that_was_not_examined_is_not_judged() -> None:
    with pytest.raises(ValueError, match="not examined"):
        read_user_data({"$redacted": "00"})
    with pytest.raises(ValueError, match="not examined"):
        read_user_data({"Value": "x"})
