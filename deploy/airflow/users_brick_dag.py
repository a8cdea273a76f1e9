"""users-brick once a day in a pod, for Airflow with its Kubernetes provider.

Copy this file into the folder of DAGs and change what stands in capitals. The
pod needs in NAMESPACE what deploy/kubernetes/cronjob.yaml makes besides its
CronJob: the ConfigMap users-brick with params.json, the Secret users-brick with
gdc_password, and the volume claim users-brick-runs.

What becomes of the task by the exit code of users-brick:

    0             success
    5             skipped: another run works on the same target
    2, 3, 4, 6    failed at once: somebody has to look, and the same again would
                  end the same, or lock the account
    1, 130, 143   failed, and tried again: something broke, or the pod was
                  stopped; the next one does the rest
"""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from kubernetes.client import models as k8s

IMAGE = "registry.example.com/users-brick:1.0.0"
NAMESPACE = "users-brick"
SCHEDULE = "30 5 * * *"

SKIPPED = [5]
FAILED_AT_ONCE = {
    2: "the params or the file cannot be used",
    3: "the guard refused, or the plan no longer fits",
    4: "done in part; the report says who was held or failed",
    6: "the platform refused the login, or its rights",
}

ENVIRONMENT = {
    "BRICK_PARAMS_FILE": "/etc/users-brick/params.json",
    "BRICK_RUN_DIR": "/var/lib/users-brick",
    # The program stays below this; MEMORY_LIMIT leaves room for what the system
    # counts besides.
    "BRICK_MEMORY": "256MiB",
    "BRICK_LOCK_TIMEOUT": "10m",
    "GDC_PASSWORD_FILE": "/run/secrets/users-brick/gdc_password",
}
MEMORY_LIMIT = "384Mi"

USER = 65532
POD_SECURITY = {
    "runAsNonRoot": True,
    "runAsUser": USER,
    "runAsGroup": USER,
    "fsGroup": USER,
    "fsGroupChangePolicy": "OnRootMismatch",
    "seccompProfile": {"type": "RuntimeDefault"},
}
CONTAINER_SECURITY = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
}

VOLUMES = [
    k8s.V1Volume(name="params", config_map=k8s.V1ConfigMapVolumeSource(name="users-brick")),
    k8s.V1Volume(name="secrets", secret=k8s.V1SecretVolumeSource(secret_name="users-brick", default_mode=0o440)),
    k8s.V1Volume(
        name="runs",
        persistent_volume_claim=k8s.V1PersistentVolumeClaimVolumeSource(claim_name="users-brick-runs"),
    ),
    # What does not fit into memory is sorted here. Not in memory: that would
    # count towards the limit.
    k8s.V1Volume(name="tmp", empty_dir=k8s.V1EmptyDirVolumeSource(size_limit="4Gi")),
]
MOUNTS = [
    k8s.V1VolumeMount(name="params", mount_path="/etc/users-brick", read_only=True),
    k8s.V1VolumeMount(name="secrets", mount_path="/run/secrets/users-brick", read_only=True),
    k8s.V1VolumeMount(name="runs", mount_path="/var/lib/users-brick"),
    k8s.V1VolumeMount(name="tmp", mount_path="/tmp"),
]


def exit_code_of(pod, container):
    """Return the exit code of a container of a pod, None while there is none."""
    statuses = (pod.status.container_statuses if pod and pod.status else None) or []
    for status in statuses:
        if status.name == container and status.state and status.state.terminated:
            return status.state.terminated.exit_code
    return None


class UsersBrickOperator(KubernetesPodOperator):
    """Runs users-brick and does not try again what would only end the same."""

    def cleanup(self, pod, remote_pod, *args, **kwargs):
        """Fail for good where the exit code says so, else as the provider does."""
        try:
            super().cleanup(pod, remote_pod, *args, **kwargs)
        except (AirflowSkipException, AirflowFailException):
            raise
        except AirflowException as failure:
            code = exit_code_of(remote_pod, self.base_container_name)
            if code in FAILED_AT_ONCE:
                raise AirflowFailException(f"users-brick ended with {code}: {FAILED_AT_ONCE[code]}") from failure
            raise


with DAG(
    dag_id="users_brick",
    description="Makes the users of the platform match the file",
    schedule=SCHEDULE,
    start_date=datetime(2026, 1, 1),
    # Days that were missed are not made up: the file says how it should be now.
    catchup=False,
    # A run that is still at work is let finish.
    max_active_runs=1,
    default_args={
        "retries": 3,
        "retry_delay": timedelta(minutes=5),
        "retry_exponential_backoff": True,
        "execution_timeout": timedelta(hours=4),
    },
    tags=["users-brick"],
) as dag:
    UsersBrickOperator(
        task_id="run",
        name="users-brick",
        namespace=NAMESPACE,
        image=IMAGE,
        arguments=["run"],
        env_vars=ENVIRONMENT,
        skip_on_exit_code=SKIPPED,
        volumes=VOLUMES,
        volume_mounts=MOUNTS,
        security_context=POD_SECURITY,
        container_security_context=CONTAINER_SECURITY,
        container_resources=k8s.V1ResourceRequirements(
            requests={"cpu": "100m", "memory": MEMORY_LIMIT, "ephemeral-storage": "1Gi"},
            limits={"memory": MEMORY_LIMIT, "ephemeral-storage": "5Gi"},
        ),
        automount_service_account_token=False,
        # A stopped run ends the requests that are under way and writes down how
        # far it came.
        termination_grace_period=120,
        # Pods of failed runs stay, to be looked at.
        on_finish_action="delete_succeeded_pod",
        get_logs=True,
    )
