"""Deploys, lists, counts and gets with generic-camunda-client. Arguments: URL, user, password, file, key."""

import json
import sys

import generic_camunda_client as camunda

url, user, password, file, key = sys.argv[1:]
configuration = camunda.Configuration(host=url, username=user, password=password)
authorization = configuration.get_basic_auth_token()
with camunda.ApiClient(configuration, header_name="Authorization", header_value=authorization) as client:
    deployments = camunda.DeploymentApi(client)
    definitions = camunda.ProcessDefinitionApi(client)
    made = deployments.create_deployment(
        deployment_name=f"generic {key}", deployment_source="conformance", deploy_changed_only=True, data=file
    )
    found = definitions.get_process_definitions(
        key_like=key, latest_version=True, sort_by="version", sort_order="asc", first_result=0, max_results=10
    )
    count = definitions.get_process_definitions_count(key=key, active=True)
    one = definitions.get_process_definition(found[0].id)
    by_key = definitions.get_process_definition_by_key(key)
    xml = definitions.get_process_definition_bpmn20_xml(one.id)
    listed = deployments.get_deployments(name=f"generic {key}")
    resources = deployments.get_deployment_resources(made.id)
    again = deployments.create_deployment(
        deployment_name=f"generic {key}", deployment_source="conformance", deploy_changed_only=True, data=file
    )
    try:
        definitions.get_process_definitions(sort_by="key")
        refused = "no error"
    except camunda.ApiException as error:
        refused = [error.status, json.loads(error.body)["type"]]
    deployments.delete_deployment(made.id, cascade=True)
    left = definitions.get_process_definitions_count(key=key)
    engines = camunda.EngineApi(client).get_process_engine_names()
print(
    json.dumps(
        {
            "made": [d.key for d in made.deployed_process_definitions.values()],
            "found": [[d.key, d.version, d.history_time_to_live, d.startable_in_tasklist] for d in found],
            "count": count.count,
            "one": one.to_dict() == found[0].to_dict() == by_key.to_dict(),
            "xml": len(xml.bpmn20_xml),
            "listed": [d.id == made.id for d in listed],
            "resources": len(resources),
            "again": [again.id == made.id, again.deployed_process_definitions],
            "refused": refused,
            "left": left.count,
            "engines": [e.name for e in engines],
        }
    )
)
