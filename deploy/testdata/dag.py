"""Prints as JSON what a DAG says, and what becomes of its task by exit code.

Airflow is not needed: small stand-ins take down what they are given. The one
for KubernetesPodOperator ends a task as the provider does: skipped for the codes
of skip_on_exit_code, failed for all others but 0.

    python3 dag.py DAG CODE...
"""

import importlib.util
import json
import sys
import types


class AirflowException(Exception):
    pass


class AirflowSkipException(AirflowException):
    pass


class AirflowFailException(AirflowException):
    pass


def exit_code(pod):
    return pod.status.container_statuses[0].state.terminated.exit_code


class KubernetesPodOperator:
    base_container_name = "base"
    made = []

    def __init__(self, **kwargs):
        self.kwargs = kwargs
        self.made.append(self)

    def cleanup(self, pod, remote_pod, xcom_result=None, context=None):
        if exit_code(remote_pod) in self.kwargs["skip_on_exit_code"]:
            raise AirflowSkipException("skipped")
        if exit_code(remote_pod) != 0:
            raise AirflowException("failed")


class DAG:
    kwargs = {}

    def __init__(self, **kwargs):
        DAG.kwargs = kwargs

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class Models(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return dict  # a model is what it was made of


def module(name, **members):
    m = types.ModuleType(name)
    m.__path__ = []
    vars(m).update(members)
    sys.modules[name] = m
    return m


def stand_in():
    module("airflow", DAG=DAG)
    module(
        "airflow.exceptions",
        AirflowException=AirflowException,
        AirflowFailException=AirflowFailException,
        AirflowSkipException=AirflowSkipException,
    )
    path = "airflow"
    for part in ("providers", "cncf", "kubernetes", "operators"):
        path += "." + part
        module(path)
    module(path + ".pod", KubernetesPodOperator=KubernetesPodOperator)
    models = sys.modules["kubernetes.client.models"] = Models("models")
    module("kubernetes")
    module("kubernetes.client", models=models)


def load(path):
    spec = importlib.util.spec_from_file_location("dag", path)
    dag = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dag)
    return dag


def fate(operator, code):
    """Return how a task ends whose container ended with a code."""
    terminated = types.SimpleNamespace(exit_code=code)
    container = types.SimpleNamespace(name="base", state=types.SimpleNamespace(terminated=terminated))
    pod = types.SimpleNamespace(status=types.SimpleNamespace(container_statuses=[container]))
    try:
        operator.cleanup(pod, pod, xcom_result=None, context=None)
    except AirflowSkipException:
        return "skipped"
    except AirflowFailException:
        return "failed for good"
    except AirflowException:
        return "failed"
    return "succeeded"


def main():
    sys.dont_write_bytecode = True
    stand_in()
    load(sys.argv[1])
    (operator,) = KubernetesPodOperator.made
    fates = {code: fate(operator, int(code)) for code in sys.argv[2:]}
    json.dump({"dag": DAG.kwargs, "operator": operator.kwargs, "fates": fates}, sys.stdout, default=str)


main()
