"""Works on projects, imports, members and tokens with label-studio-sdk; prints what it saw as one line of JSON.

Arguments: the server's address, the admin's token, a folder of sample files, a suffix for names, a member's token.
"""

import json
import sys
import time
from pathlib import Path

from label_studio_sdk import LabelStudio
from label_studio_sdk.core.api_error import ApiError

url, token, samples, suffix, member_token = sys.argv[1:6]
folder = Path(samples)
admin = LabelStudio(base_url=url, api_key=token)
seen = {}

seen["who"] = admin.users.whoami().username
seen["release"] = admin.versions.get().release

seen["configs"] = {}
for path in sorted((folder / "configs").glob("*.xml")):
    config = path.read_text()
    made = admin.projects.create(title=f"{path.stem[5:40]}", label_config=config, description=suffix)
    got = admin.projects.get(made.id)
    interface = got.get_label_interface()
    interface.validate()
    same = set(interface._controls) == set(got.parsed_label_config)
    seen["configs"][path.stem] = bool(same and got.label_config == config)

CHOICES = (
    '<View><Text name="text" value="$text"/><Choices name="text_class" toName="text">'
    + "".join(f'<Choice value="class_{name}"/>' for name in ("A", "B", "PREDICTIONS_TESTING"))
    + "</Choices></View>"
)
project = admin.projects.create(title=f"Import {suffix}", label_config=CHOICES)
body = json.loads((folder / "import" / "tasks_annotations_predictions.json").read_text())
result = admin.projects.import_tasks(id=project.id, request=body, return_task_ids=True)
seen["import"] = [result.task_count, result.annotation_count, len(result.task_ids) == len(body)]
count = admin.projects.get(project.id)
seen["counts"] = [count.task_number, count.total_annotations_number, count.total_predictions_number]
seen["listed"] = [entry.id for entry in admin.projects.list(title=f"Import {suffix}")] == [project.id]
seen["paged"] = len(list(admin.projects.list(page_size=2))) >= len(seen["configs"])

added = admin.projects.import_predictions(
    id=project.id, request=[{"task": result.task_ids[0], "result": "class_A", "score": 0.5}]
)
seen["predictions"] = admin.projects.get(project.id).total_predictions_number - count.total_predictions_number

updated = admin.projects.update(id=project.id, maximum_annotations=2, title=f"Renamed {suffix}")
seen["updated"] = [updated.maximum_annotations, updated.title]
try:
    admin.projects.update(id=project.id, label_config="<View>")
except ApiError as error:
    seen["bad config"] = [error.status_code, error.body["validation_errors"]["label_config"]]
try:
    admin.projects.import_tasks(id=project.id, request=[{"other": 1}])
except ApiError as error:
    seen["bad import"] = [error.status_code, error.body["validation_errors"]["non_field_errors"][0][:50]]
admin.projects.validate_label_config(id=project.id, label_config=CHOICES)

member = LabelStudio(base_url=url, api_key=member_token)
user = member.users.whoami()
try:
    member.projects.get(project.id)
except ApiError as error:
    seen["stranger"] = error.status_code
seen["member"] = admin.projects.members.add(id=project.id, user=user.id).user == user.id
seen["sees"] = member.projects.get(project.id).id == project.id
try:
    member.projects.import_tasks(id=project.id, request=[{"text": "x"}])
except ApiError as error:
    seen["annotator imports"] = error.status_code
role = admin.projects.roles.add(project=project.id, user=user.id, role="MA")
seen["manager imports"] = member.projects.import_tasks(id=project.id, request=[{"text": "x"}]).task_count
found = admin.projects.members.paginated.list(id=project.id)
seen["members"] = sorted(entry.project_role for entry in found)
admin.projects.roles.remove(id=role.id)
admin.projects.members.remove(id=project.id, user=user.id)
seen["members left"] = [entry.project_role for entry in admin.projects.members.paginated.list(id=project.id)]

personal = member.tokens.create().token
by_jwt = LabelStudio(base_url=url, api_key=personal)
seen["jwt"] = by_jwt.users.whoami().id == user.id
seen["tokens"] = [len(entry.token.split(".")) for entry in member.tokens.list()]
member.tokens.blacklist(refresh=personal)

started = time.monotonic()
many = [{"data": {"text": f"line {number}"}} for number in range(5000)]
seen["many"] = admin.projects.import_tasks(id=project.id, request=many).task_count
seen["seconds"] = round(time.monotonic() - started, 2)
uploads = admin.files.list(id=project.id, all_=True)
seen["uploads"] = len(uploads)
storage = admin.import_storage.s3.create(project=project.id, bucket="examplebucket", title=suffix)
seen["storages"] = [entry.id == storage.id for entry in admin.import_storage.s3.list(project=project.id)]
admin.import_storage.s3.delete(storage.id)
admin.projects.delete(project.id)
try:
    admin.projects.get(project.id)
except ApiError as error:
    seen["deleted"] = error.status_code
print(json.dumps(seen))
