"""Deploys, lists, counts, gets, suspends and deletes with pycamunda. Arguments: URL, user, password, directory."""

import json
import sys
from pathlib import Path

import pycamunda.deployment
import pycamunda.processdef
import pycamunda.version

url, user, password, home, key = sys.argv[1:]


def call(request):
    request.auth = (user, password)
    return request()


create = pycamunda.deployment.Create(
    url=url, name=f"pycamunda {key}", source="conformance", enable_duplicate_filtering=True
)
with (Path(home) / "a.bpmn").open("rb") as one, (Path(home) / "b.bpmn").open("rb") as two:
    create.add_resource(one)
    create.add_resource(two)
    made = call(create)

found = call(
    pycamunda.processdef.GetList(
        url=url, key_like=f"{key}%", latest_version=True, active=True, sort_by="key", ascending=False
    )
)
count = call(pycamunda.processdef.Count(url=url, key_like=f"{key}%"))
one = call(pycamunda.processdef.Get(url=url, id_=found[0].id_))
by_key = call(pycamunda.processdef.Get(url=url, key=f"{key}a"))
xml = call(pycamunda.processdef.GetXML(url=url, id_=one.id_))
call(pycamunda.processdef.Suspend(url=url, id_=one.id_))
suspended = call(pycamunda.processdef.GetList(url=url, key_like=f"{key}%", suspended=True))
call(pycamunda.processdef.Activate(url=url, id_=one.id_))
call(pycamunda.processdef.UpdateHistoryTimeToLive(url=url, id_=one.id_, history_time_to_live=9))
deployments = call(pycamunda.deployment.GetList(url=url, name=f"pycamunda {key}"))
resources = call(pycamunda.deployment.GetResources(url=url, id_=made.id_))
kept = call(pycamunda.processdef.Get(url=url, id_=one.id_)).history_time_to_live
call(pycamunda.deployment.Delete(url=url, id_=made.id_, cascade=True))
try:
    call(pycamunda.processdef.Get(url=url, id_=one.id_))
    missing = "no error"
except pycamunda.PyCamundaException as error:
    missing = type(error).__name__
print(
    json.dumps(
        {
            "made": sorted(d.key for d in made.deployed_process_definitions.values()),
            "zone": str(made.deployment_time.tzinfo),
            "found": [d.key for d in found],
            "count": count,
            "one": [one.key, one.version, one.version_tag, one.history_time_to_live],
            "by_key": by_key.key,
            "xml": str(xml)[:200],
            "suspended": [d.key for d in suspended],
            "deployments": [d.id_ == made.id_ for d in deployments],
            "resources": sorted(Path(r.name).name for r in resources),
            "kept": kept,
            "missing": missing,
            "version": str(call(pycamunda.version.Get(url=url))),
        }
    )
)
