"""The rest of Label Studio's surface: what its Enterprise edition alone has. Rows as in `surface.py`."""

from __future__ import annotations

WORKSPACE = (
    "workspaces are a feature of the Enterprise edition; projects are shared by members and roles here"
)
MODEL = "machine-learning backends, prompts and interfaces are not called from here yet"
HISTORY = "histories are read from the native API"
STATISTICS = "a feature of the Enterprise edition; agreement and performance figures are not kept yet"

ENTERPRISE: tuple[tuple[str, str, str], ...] = (
    (
        "workspace",
        WORKSPACE,
        """
        POST /workspaces/{id}/memberships/bulk/ workspaces.members.bulk.post
        DELETE /workspaces/{id}/memberships/bulk/ workspaces.members.bulk.delete
        GET /workspaces/{id}/memberships/paginated/ workspaces.members.paginated.list
        GET /workspaces/{id}/memberships/ workspaces.members.list
        POST /workspaces/{id}/memberships/ workspaces.members.create
        DELETE /workspaces/{id}/memberships/ workspaces.members.delete
        GET /workspaces/{id}/projects/ workspaces.projects.list
        POST /workspaces/{id}/projects/ workspaces.projects.add
        DELETE /workspaces/{id}/projects/ workspaces.projects.remove
        GET /workspaces/ workspaces.list
        POST /workspaces/ workspaces.create
        GET /workspaces/{id}/ workspaces.get
        DELETE /workspaces/{id}/ workspaces.delete
        PATCH /workspaces/{id}/ workspaces.update
        """,
    ),
    (
        "model",
        MODEL,
        """
        GET /interfaces/ interfaces.list
        POST /interfaces/ interfaces.create
        GET /interfaces/{id}/ interfaces.get
        PUT /interfaces/{id}/ interfaces.update
        DELETE /interfaces/{id}/ interfaces.delete
        PATCH /interfaces/{id}/ interfaces.partial_update
        POST /interfaces/{id}/append_versions/ interfaces.append_versions
        POST /interfaces/{id}/duplicate/ interfaces.duplicate
        POST /interfaces/{id}/publish/ interfaces.publish_version
        POST /interfaces/{id}/unpublish/ interfaces.unpublish_version
        POST /interfaces/{id}/update_description/ interfaces.update_version_description
        GET /ml/ ml.list
        POST /ml/ ml.create
        GET /ml/{id} ml.get
        DELETE /ml/{id} ml.delete
        PATCH /ml/{id} ml.update
        POST /ml/{id}/interactive-annotating ml.predict_interactive
        POST /ml/{id}/predict ml.predict_all_tasks
        POST /ml/{id}/train ml.train
        GET /ml/{id}/versions ml.list_model_versions
        GET /model-provider-connections/ model_providers.list
        POST /model-provider-connections/ model_providers.create
        GET /model-provider-connections/provider-choices model_providers.list_model_provider_choices
        GET /model-provider-connections/{id}/ model_providers.get
        DELETE /model-provider-connections/{id}/ model_providers.delete
        PATCH /model-provider-connections/{id}/ model_providers.update
        GET /inference-runs/{id}/indicators/ prompts.indicators.list
        GET /inference-runs/{id}/indicators/{indicator_key} prompts.indicators.get
        POST /model-run/batch-failed-predictions prompts.batch_failed_predictions
        POST /model-run/batch-predictions prompts.batch_predictions
        GET /projects/{project_pk}/subset-tasks prompts.subset_tasks
        GET /projects/{project_pk}/subsets prompts.subsets
        GET /prompts/ prompts.list
        POST /prompts/ prompts.create
        GET /prompts/compatible-projects prompts.compatible_projects
        GET /prompts/{id}/ prompts.get
        DELETE /prompts/{id}/ prompts.delete
        PATCH /prompts/{id}/ prompts.update
        GET /prompts/{prompt_id}/versions/{version_id}/inference-runs prompts.runs.list
        POST /prompts/{prompt_id}/versions/{version_id}/inference-runs prompts.runs.create
        POST /prompts/{prompt_id}/versions/{version_id}/inference-runs/{inference_run_id}/cancel cancel
        GET /prompts/{id}/get-default-version-name prompts.versions.get_default_version_name
        GET /prompts/{prompt_id}/versions prompts.versions.list
        POST /prompts/{prompt_id}/versions prompts.versions.create
        GET /prompts/{prompt_id}/versions/{version_id} prompts.versions.get
        DELETE /prompts/{prompt_id}/versions/{version_id} prompts.versions.delete
        PATCH /prompts/{prompt_id}/versions/{version_id} prompts.versions.update
        GET /prompts/{prompt_id}/versions/{version_id}/cost-estimate prompts.versions.cost_estimate
        GET /prompts/{prompt_id}/versions/{version_id}/refine prompts.versions.get_refined_prompt
        POST /prompts/{prompt_id}/versions/{version_id}/refine prompts.versions.refine_prompt
        """,
    ),
    (
        "history",
        HISTORY,
        """
        GET /activity-logs/ activity_logs.list
        GET /annotation-history/ annotation_history.list
        DELETE /annotation-history/ annotation_history.delete
        GET /annotation-history/{id}/ annotation_history.retrieve
        GET /projects/{id}/annotation-history/ annotation_history.list_for_project
        POST /fsm/backfill/ states.trigger_backfill
        DELETE /fsm/backfill/ states.cancel_backfill
        GET /fsm/backfill/jobs/ states.list_backfills
        GET /fsm/backfill/status/ states.get_backfill_status
        GET /fsm/entities/{entity_name}/{entity_id}/history states.state_history
        POST /fsm/entities/{entity_name}/{entity_id}/transition/ states.execute_transition
        """,
    ),
    (
        "statistics",
        STATISTICS,
        """
        GET /analytics/kpis/ analytics.kpis.list
        GET /analytics/kpis/{kpi_key} analytics.kpis.get
        POST /dimensions/backfill/ dimensions.trigger_backfill
        DELETE /dimensions/backfill/ dimensions.cancel_backfill
        GET /dimensions/backfill/jobs/ dimensions.list_backfills
        GET /dimensions/backfill/status/ dimensions.get_backfill_status
        POST /dimensions/value-counts-backfill/ dimensions.trigger_value_counts_backfill
        DELETE /dimensions/value-counts-backfill/ dimensions.cancel_value_counts_backfill
        GET /dimensions/value-counts-backfill/jobs/ dimensions.list_value_counts_backfills
        GET /dimensions/value-counts-backfill/status/ dimensions.get_value_counts_backfill_status
        GET /projects/{project_pk}/dimensions/ dimensions.list
        GET /projects/{project_pk}/dimensions/{id}/ dimensions.get
        GET /projects/{id}/metricparam/ projects.metrics.get
        POST /projects/{id}/metricparam/ projects.metrics.update
        GET /projects/{id}/analytics/data-quality/agreement-analysis/confusion-matrix data_quality_agreement_c
        GET /projects/{id}/analytics/data-quality/agreement-analysis/dimensions data_quality_agreement_dimensi
        GET /projects/{id}/analytics/data-quality/agreement-analysis/distribution data_quality_agreement_distr
        GET /projects/{id}/model-stats/{model_version}/agreement projects.model_version_annotator_agreement
        GET /projects/{id}/model-stats/{model_version}/agreement-groundtruth model_version_ground_truth_agreem
        GET /projects/{id}/model-stats/{model_version}/prediction projects.model_version_prediction_agreement
        GET /projects/{id}/stats/IAA projects.stats.iaa
        GET /projects/{id}/stats/agreement-groundtruth projects.stats.users_ground_truth_agreement
        GET /projects/{id}/stats/agreement_annotator/{user_id} projects.stats.agreement_annotator
        GET /projects/{id}/stats/agreement_annotators projects.stats.agreement_annotators
        GET /projects/{id}/stats/data_filter projects.stats.data_filters
        GET /projects/{id}/stats/finished projects.stats.finished_tasks
        GET /projects/{id}/stats/label-distribution/counts projects.stats.label_distribution_counts
        GET /projects/{id}/stats/label-distribution/structure projects.stats.label_distribution_structure
        GET /projects/{id}/stats/lead_time projects.stats.lead_time
        GET /projects/{id}/stats/member_performance_participants/ projects.member_performance_participants
        GET /projects/{id}/stats/member_performance_rows/ projects.stats.member_performance_rows
        GET /projects/{id}/stats/member_performance_summary/ projects.stats.member_performance_summary
        GET /projects/{id}/stats/total_agreement projects.stats.total_agreement
        GET /projects/{id}/update-stats projects.stats.update_stats
        GET /projects/{id}/user-stats/prediction projects.stats.users_prediction_agreement
        GET /projects/{id}/user-stats/review_score projects.stats.users_review_score
        GET /projects/{id}/user-stats/{user_pk}/prediction projects.stats.user_prediction_agreement
        GET /projects/{id}/user-stats/{user_pk}/review_score projects.stats.user_review_score
        GET /projects/{id}/users/{user_pk}/stats/agreement-groundtruth projects.user_ground_truth_agreement
        """,
    ),
)
