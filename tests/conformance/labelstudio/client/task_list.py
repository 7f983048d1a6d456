"""Lists tasks with label-studio-sdk as users of several roles; prints what it saw as one line of JSON.

Arguments: the server's address, the admin's token, a JSON object of role to token, how many tasks, a suffix for names.
"""

import json
import sys

from label_studio_sdk import LabelStudio
from label_studio_sdk.core.api_error import ApiError

url, admin_token, roles, count, suffix = sys.argv[1:6]
CONFIG = (
    '<View><Text name="text" value="$text"/><Choices name="sentiment" toName="text">'
    '<Choice value="Positive"/><Choice value="Negative"/></Choices></View>'
)


def answer(word):
    return [{"from_name": "sentiment", "to_name": "text", "type": "choices", "value": {"choices": [word]}}]


def task(place):
    value = {"data": {"text": f"line {place}", "rank": place}}
    if place % 2:
        value["predictions"] = [{"result": answer("Negative"), "score": 0.25, "model_version": "m1"}]
    return value


admin = LabelStudio(base_url=url, api_key=admin_token)
project = admin.projects.create(title=f"Many {suffix}", label_config=CONFIG)
total = int(count)
for start in range(0, total, 5000):
    admin.projects.import_tasks(
        id=project.id, request=[task(n) for n in range(start, min(start + 5000, total))]
    )

clients = {}
for role, token in json.loads(roles).items():
    client = clients[role] = LabelStudio(base_url=url, api_key=token)
    if role != "AD":
        who = client.users.whoami()
        admin.projects.members.add(id=project.id, user=who.id)
        admin.projects.roles.add(project=project.id, user=who.id, role=role)

first = next(iter(admin.tasks.list(project=project.id, page_size=1)))
own = clients["AN"].annotations.create(id=first.id, result=answer("Positive"), lead_time=2.0)
other = clients["RE"].annotations.create(id=first.id, result=answer("Negative"))

seen = {}
for role, client in clients.items():
    pages = client.tasks.list(project=project.id, page_size=1000)
    ids, annotations, predictions = [], [], 0
    for item in pages:
        ids.append(item.id)
        annotations += [found["id"] for found in item.annotations]
        predictions += len(item.predictions)
    seen[role] = {
        "tasks": len(ids),
        "different": len(set(ids)),
        "in order": ids == sorted(ids),
        "own annotation": own.id in annotations,
        "other annotation": other.id in annotations,
        "predictions": predictions,
    }

query = json.dumps(
    {
        "filters": {
            "conjunction": "and",
            "items": [
                {"filter": "filter:tasks:data.rank", "operator": "less", "type": "Number", "value": 150}
            ],
        },
        "ordering": ["-tasks:id"],
    }
)
filtered = [item.data["rank"] for item in admin.tasks.list(project=project.id, query=query, page_size=40)]
named = next(iter(admin.tasks.list(project=project.id, include="id,data", page_size=2)))
view = admin.views.create(project=project.id, data={"title": "some", "filters": json.loads(query)["filters"]})
in_view = sum(1 for _ in admin.tasks.list(view=view.id, fields="task_only", page_size=100))
first_page = admin.tasks.list(project=project.id, page_size=2)

try:
    list(admin.tasks.list(project=1))
    missing = "no error"
except ApiError as error:
    missing = error.status_code
try:
    list(LabelStudio(base_url=url, api_key="0" * 40).tasks.list(project=project.id))
    anonymous = "no error"
except ApiError as error:
    anonymous = error.status_code

one = admin.tasks.get(id=first.id)
print(
    json.dumps(
        {
            "roles": seen,
            "filtered": filtered == list(range(149, -1, -1)),
            "named": [named.data["rank"], named.annotations],
            "view": in_view,
            "missing": missing,
            "anonymous": anonymous,
            "one": sorted(
                a["completed_by"]["id"] if isinstance(a, dict) else a.completed_by for a in one.annotations
            )
            == sorted([own.completed_by, other.completed_by]),
            "everywhere": next(iter(clients["AN"].tasks.list(page_size=1))).id is not None,
        }
    )
)
