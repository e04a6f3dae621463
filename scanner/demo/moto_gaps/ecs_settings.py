"""ECS: the account's settings in effect, and the settings of a cluster.

moto answers no effective account settings, and lacks PutAccountSettingDefault and UpdateClusterSettings.
AWS: API_ListAccountSettings, API_PutAccountSettingDefault, API_UpdateClusterSettings.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ecs.responses import EC2ContainerServiceResponse

from scanner.demo.moto_gaps.graft import add, after

EXTENDS = frozenset({"ecs.ListAccountSettings", "ecs.PutAccountSettingDefault", "ecs.UpdateClusterSettings"})
"""The operations that this module answers, or whose answer or outcome it changes."""

_ACCOUNT_SETTINGS = {
    "serviceLongArnFormat": "enabled",
    "taskLongArnFormat": "enabled",
    "containerInstanceLongArnFormat": "enabled",
    "awsvpcTrunking": "disabled",
    "containerInsights": "disabled",
    "fargateFIPSMode": "disabled",
    "tagResourceAuthorization": "on",
    "fargateTaskRetirementWaitPeriod": "7",
    "guardDutyActivate": "off",
    "defaultLogDriverMode": "non-blocking",
}


def _effective_settings(response: Any, answer: ActionResult) -> ActionResult:
    """ListAccountSettings: moto answers nothing for effectiveSettings, where AWS answers every setting's value."""
    if not response._get_param("effectiveSettings"):  # noqa: SLF001
        return answer
    wanted = response._get_param("name")  # noqa: SLF001
    own = {setting.name: setting.value for setting in response.ecs_backend.account_settings.values()}
    root = f"arn:aws:iam::{response.current_account}:root"
    return ActionResult(
        {
            "settings": [
                {"name": name, "value": value, "principalArn": root, "type": "user" if name in own else "aws_managed"}
                for name, value in (_ACCOUNT_SETTINGS | own).items()
                if wanted in (None, name)
            ]
        }
    )


def _put_default(response: Any) -> Any:
    """PutAccountSettingDefault, which moto lacks: it has one set of settings, for all of the account."""
    return response.put_account_setting()


def _update_cluster_settings(response: Any) -> ActionResult:
    """UpdateClusterSettings, which moto lacks; settings that it does not name stay."""
    cluster = response.ecs_backend._get_cluster(response._get_param("cluster"))  # noqa: SLF001
    given = {setting["name"]: setting for setting in response._get_param("settings")}  # noqa: SLF001
    kept = [setting for setting in cluster.settings or () if setting["name"] not in given]
    cluster.settings = [*kept, *given.values()]
    return ActionResult({"cluster": cluster})


def install() -> None:
    """Extend moto's answers on settings of ECS."""
    after(EC2ContainerServiceResponse, "list_account_settings", _effective_settings)
    add(
        EC2ContainerServiceResponse,
        put_account_setting_default=_put_default,
        update_cluster_settings=_update_cluster_settings,
    )
