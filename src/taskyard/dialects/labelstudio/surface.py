"""Label Studio's surface as data: every operation of its SDK (2.1.2) and of its open server (1.23.2), with
the reason for what is not served here. `operations.py` adds the served ones.

Rows are `METHOD /path name`, paths below `/api`.
"""

from __future__ import annotations

LABELLING = "not served yet: this server lists, creates and changes tasks and what is said about them"
PROJECT = "not served yet: projects are created, changed, imported into and shared here"
EXPORT = "exports are not served yet; GET /api/tasks/?fields=all gives tasks with their annotations"
WEBHOOK = "webhooks are not sent yet"
LABEL = "labels are kept in the label config only"
IDENTITY = "users, groups and grants are managed by /api/users/ and the native API (/v1/users, /v1/grants)"
STORAGE = (
    "storages are read by address (S3 and local files); they are not scanned, and exports are not written"
)

SURFACE: tuple[tuple[str, str, str], ...] = (
    (
        "labelling",
        LABELLING,
        """
        GET /dm/actions/ actions.list
        POST /dm/actions/ actions.create
        GET /annotation-reviews/ annotation_reviews.list
        POST /annotation-reviews/ annotation_reviews.create
        GET /annotation-reviews/{id}/ annotation_reviews.get
        DELETE /annotation-reviews/{id}/ annotation_reviews.delete
        PATCH /annotation-reviews/{id}/ annotation_reviews.update
        POST /annotations/bulk-delete/ annotations.delete_bulk
        POST /annotations/bulk/ annotations.create_bulk
        GET /annotations/{id}/ annotations.get
        DELETE /annotations/{id}/ annotations.delete
        PATCH /annotations/{id}/ annotations.update
        GET /tasks/{id}/annotations/ annotations.list
        POST /tasks/{id}/annotations/ annotations.create
        GET /comments/ comments.list
        POST /comments/ comments.create
        GET /comments/export/ comments.export
        GET /comments/{id}/ comments.get
        DELETE /comments/{id}/ comments.delete
        PATCH /comments/{id}/ comments.update
        GET /predictions/ predictions.list
        POST /predictions/ predictions.create
        GET /predictions/{id}/ predictions.get
        DELETE /predictions/{id}/ predictions.delete
        PATCH /predictions/{id}/ predictions.update
        POST /projects/{id}/tasks/assignees projects.assignments.bulk_assign
        GET /projects/{id}/tasks/{task_pk}/assignees projects.assignments.list
        POST /projects/{id}/tasks/{task_pk}/assignees projects.assignments.assign
        DELETE /projects/{id}/tasks/{task_pk}/assignees projects.assignments.delete
        PATCH /projects/{id}/tasks/{task_pk}/assignees projects.assignments.update
        GET /projects/{project_pk}/tasks/{task_pk}/agreement-matrix tasks.agreement_matrix.get
        DELETE /projects/{id}/tasks/ tasks.delete_all_tasks
        GET /tasks/ tasks.list
        POST /tasks/ tasks.create
        GET /tasks/{id}/ tasks.get
        DELETE /tasks/{id}/ tasks.delete
        PATCH /tasks/{id}/ tasks.update
        POST /tasks/{id}/events/ tasks.create_event
        GET /dm/views/ views.list
        POST /dm/views/ views.create
        POST /dm/views/order/ views.update_order
        DELETE /dm/views/reset/ views.delete_all
        GET /dm/views/{id}/ views.get
        DELETE /dm/views/{id}/ views.delete
        PATCH /dm/views/{id}/ views.update
        GET /projects/{id}/next/ projects.next
        GET /projects/{id}/label-stream-history/ projects.label_stream_history
        GET /projects/{id}/sample-task/ projects.sample_task
        POST /projects/{id}/sample-task/ projects.make_sample_task
        DELETE /projects/{id}/model-versions/ projects.delete_model_version
        PUT /tasks/{id}/ tasks.replace
        GET /projects/{id}/tasks/ projects.tasks
        POST /projects/{id}/tasks/ projects.create_task
        PUT /annotations/{id}/ annotations.replace
        POST /annotations/{id}/convert-to-draft annotations.convert_to_draft
        GET /tasks/{id}/drafts drafts.list
        POST /tasks/{id}/drafts drafts.create
        GET /tasks/{id}/annotations/{annotation_id}/drafts drafts.list_of_annotation
        POST /tasks/{id}/annotations/{annotation_id}/drafts drafts.create_of_annotation
        GET /drafts/{id}/ drafts.get
        PATCH /drafts/{id}/ drafts.update
        DELETE /drafts/{id}/ drafts.delete
        PUT /predictions/{id}/ predictions.replace
        PUT /dm/views/{id}/ views.replace
        GET /dm/columns/ data_manager.columns
        GET /dm/project/ data_manager.project
        PUT /annotation-reviews/{id}/ annotation_reviews.replace
        PUT /comments/{id}/ comments.replace
        GET /tasks/{id}/agreement/ tasks.agreement
        GET /projects/{id}/tasks/assignees tasks.assignees
        """,
    ),
    (
        "project",
        PROJECT,
        """
        GET /import/file-upload/{id} files.get
        DELETE /import/file-upload/{id} files.delete
        PATCH /import/file-upload/{id} files.update
        GET /projects/{id}/file-uploads files.list
        DELETE /projects/{id}/file-uploads files.delete_many
        GET /project-templates/ project_templates.list
        POST /project-templates/ project_templates.create
        GET /project-templates/{id} project_templates.get
        DELETE /project-templates/{id} project_templates.delete
        PATCH /project-templates/{id} project_templates.update
        POST /project-templates/{id}/create-project project_templates.create_project_from_template
        POST /projects/{id}/members/bulk/ projects.members.bulk.post
        DELETE /projects/{id}/members/bulk/ projects.members.bulk.delete
        GET /projects/{id}/members/paginated/ projects.members.paginated.list
        POST /projects/{id}/members/ projects.members.add
        DELETE /projects/{id}/members/ projects.members.remove
        GET /projects/{id}/aws-custom-function projects.metrics.custom.get_lambda
        POST /projects/{id}/aws-custom-function projects.metrics.custom.update_lambda
        GET /projects/{id}/aws-custom-function-logs projects.metrics.custom.logs
        POST /projects/{id}/check-function projects.metrics.custom.check_function
        GET /projects/{id}/custom-function projects.metrics.custom.get_function
        POST /projects/{id}/custom-function projects.metrics.custom.deploy_function
        GET /projects/{id}/custom-function-logs projects.metrics.custom.get_function_logs
        GET /projects/{id}/gcp-custom-function projects.metrics.custom.get_gcp_function
        POST /projects/{id}/gcp-custom-function projects.metrics.custom.update_gcp_function
        GET /projects/{project_pk}/members/{user_pk}/pauses/ projects.pauses.list
        POST /projects/{project_pk}/members/{user_pk}/pauses/ projects.pauses.create
        GET /projects/{project_pk}/members/{user_pk}/pauses/{id}/ projects.pauses.get
        DELETE /projects/{project_pk}/members/{user_pk}/pauses/{id}/ projects.pauses.delete
        PATCH /projects/{project_pk}/members/{user_pk}/pauses/{id}/ projects.pauses.update
        GET /projects/ projects.list
        POST /projects/ projects.create
        GET /projects/counts/ projects.list_counts
        GET /projects/{id}/ projects.get
        DELETE /projects/{id}/ projects.delete
        PATCH /projects/{id}/ projects.update
        GET /projects/{id}/annotators/ projects.list_unique_annotators
        POST /projects/{id}/duplicate/ projects.duplicate
        POST /projects/{id}/import projects.import_tasks
        POST /projects/{id}/import/predictions projects.import_predictions
        POST /projects/{id}/validate/ projects.validate_label_config
        GET /projects/{id}/review-routing-rules/ projects.review_routing_rules.list
        POST /projects/{id}/review-routing-rules/bulk/ projects.review_routing_rules.bulk_replace
        GET /projects/roles/ projects.roles.list
        POST /projects/roles/ projects.roles.add
        DELETE /projects/roles/{id}/ projects.roles.remove
        GET /projects/{id}/roles projects.roles.get
        GET /projects/{id}/imports/{import_pk}/ tasks.create_many_status
        GET /version/ versions.get
        GET /projects/{id}/summary/ projects.summary
        POST /projects/{id}/summary/reset/ projects.reset_summary
        GET /templates/ templates.list
        """,
    ),
    (
        "export",
        EXPORT,
        """
        GET /projects/{id}/export projects.exports.download_sync
        GET /projects/{id}/export/formats projects.exports.list_formats
        GET /projects/{id}/exports/ projects.exports.list
        POST /projects/{id}/exports/ projects.exports.create
        GET /projects/{id}/exports/{export_pk} projects.exports.get
        DELETE /projects/{id}/exports/{export_pk} projects.exports.delete
        POST /projects/{id}/exports/{export_pk}/convert projects.exports.convert
        GET /projects/{id}/exports/{export_pk}/download projects.exports.download
        GET /projects/{id}/members/export/ projects.members.export_csv
        GET /projects/{id}/export/files exports.list_files
        """,
    ),
    (
        "webhook",
        WEBHOOK,
        """
        GET /webhooks/ webhooks.list
        POST /webhooks/ webhooks.create
        GET /webhooks/info/ webhooks.info
        GET /webhooks/{id}/ webhooks.get
        DELETE /webhooks/{id}/ webhooks.delete
        PATCH /webhooks/{id}/ webhooks.update
        """,
    ),
    (
        "label",
        LABEL,
        """
        GET /labels/ labels.list
        POST /labels/ labels.create
        GET /labels/{id}/ labels.get
        PATCH /labels/{id}/ labels.update
        DELETE /labels/{id}/ labels.delete
        POST /labels/bulk labels.bulk
        GET /label_links/ label_links.list
        POST /label_links/ label_links.create
        GET /label_links/{id}/ label_links.get
        PATCH /label_links/{id}/ label_links.update
        DELETE /label_links/{id}/ label_links.delete
        """,
    ),
    (
        "identity",
        IDENTITY,
        """
        GET /billing/info billing.info
        GET /jwt/settings jwt_settings.get
        POST /jwt/settings jwt_settings.update
        GET /invite organizations.invites.get_invite_link
        POST /invite/revoke organizations.invites.revoke_invite
        POST /invite/send-email organizations.invites.send_email
        POST /organizations/{id}/member-tags/bulk organizations.member_tags.bulk.post
        DELETE /organizations/{id}/member-tags/bulk organizations.member_tags.bulk.delete
        GET /organizations/{id}/member-tags organizations.member_tags.list
        POST /organizations/{id}/member-tags organizations.member_tags.create
        POST /organizations/{id}/member-tags/assignments organizations.member_tags.assign
        POST /organizations/{id}/member-tags/imports organizations.member_tags.import_
        GET /organizations/{id}/member-tags/imports/{import_pk} organizations.member_tags.get_import
        GET /organizations/{id}/member-tags/{tag_pk} organizations.member_tags.get
        DELETE /organizations/{id}/member-tags/{tag_pk} organizations.member_tags.delete
        PATCH /organizations/{id}/member-tags/{tag_pk} organizations.member_tags.update
        GET /organizations/{id}/memberships organizations.members.list
        PATCH /organizations/{id}/memberships organizations.members.update
        GET /organizations/{id}/memberships/filter-schema organizations.members.get_filter_schema
        GET /organizations/{id}/memberships/search organizations.members.list_filtered
        POST /organizations/{id}/memberships/search organizations.members.search
        GET /organizations/{id}/memberships/{user_pk}/ organizations.members.get
        DELETE /organizations/{id}/memberships/{user_pk}/ organizations.members.delete
        GET /organizations/{id}/permissions organizations.permissions.list
        POST /organizations/{id}/permissions organizations.permissions.create
        GET /organizations/{id}/permissions/options organizations.permissions.get_options
        GET /organizations/{id}/permissions/{permission_key} organizations.permissions.get
        PUT /organizations/{id}/permissions/{permission_key} organizations.permissions.replace
        DELETE /organizations/{id}/permissions/{permission_key} organizations.permissions.delete
        PATCH /organizations/{id}/permissions/{permission_key} organizations.permissions.update
        POST /invite/reset-token organizations.reset_token
        GET /organizations/ organizations.list
        GET /organizations/{id} organizations.get
        PATCH /organizations/{id} organizations.update
        GET /organizations/{id}/memberships/filter-options/membership filter_options_membership_list
        GET /organizations/{id}/memberships/filter-options/skills organizations.filter_options_skills_list
        PATCH /organizations/{id}/set-default-role organizations.update_default_role
        GET /session-policy/ session_policy.get
        PATCH /session-policy/ session_policy.update
        GET /saml/settings sso.saml.get
        POST /saml/settings sso.saml.update
        DELETE /saml/settings sso.saml.reset
        POST /saml/settings/validate-metadata-url sso.saml.validate_metadata_url
        GET /scim/settings sso.scim.get
        POST /scim/settings sso.scim.update
        GET /token/ tokens.list
        POST /token/ tokens.create
        POST /token/blacklist/ tokens.blacklist
        POST /token/rotate/ tokens.rotate
        GET /current-user users.get_current_user
        PATCH /current-user users.update_current_user
        GET /current-user/hotkeys/ users.get_hotkeys
        PATCH /current-user/hotkeys/ users.update_hotkeys
        POST /current-user/reset-token/ users.reset_token
        GET /current-user/token users.get_token
        GET /current-user/whoami users.whoami
        GET /users/ users.list
        POST /users/ users.create
        GET /users/{id}/ users.get
        DELETE /users/{id}/ users.delete
        PATCH /users/{id}/ users.update
        GET /organizations/{id}/memberships/{user_pk}/ organizations.members.get_membership
        """,
    ),
)
"""`(tag, why, rows)`."""

STORAGE_TYPES = (
    "azure",
    "azure_spi",
    "databricks",
    "gcs",
    "gcs_sa",
    "gcswif",
    "localfiles",
    "redis",
    "s3",
    "s3s",
)
STORAGE_ROWS = """
GET /storages/{type}/ list
POST /storages/{type}/ create
POST /storages/{type}/validate validate
GET /storages/{type}/{id} get
PATCH /storages/{type}/{id} update
PUT /storages/{type}/{id} replace
DELETE /storages/{type}/{id} delete
POST /storages/{type}/{id}/sync sync
POST /storages/{type}/files list_files
GET /storages/{type}/form form
"""
"""The operations of each type of storage, for import and (below `/storages/export`) for export."""
