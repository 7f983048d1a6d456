"""Commands on label tasks, their answers and their views: the application's door to the deciders."""

from taskyard.engine.annotations import CreateAnnotation, DeleteAnnotation, ReturnToDraft, UpdateAnnotation
from taskyard.engine.assignments import AssignTasks, UnassignTask
from taskyard.engine.comments import CreateComment, DeleteComment, UpdateComment
from taskyard.engine.drafts import CreateDraft, DeleteDraft, UpdateDraft
from taskyard.engine.label_edits import (
    ChangeLabelTask,
    ClearSubmissions,
    RemoveAllLabelTasks,
    RemoveLabelTasks,
)
from taskyard.engine.label_tasks import CreateLabelTasks
from taskyard.engine.predictions import CreatePrediction, DeletePrediction, UpdatePrediction
from taskyard.engine.reviews import CreateReview, DeleteReview, UpdateReview
from taskyard.engine.views import DeleteViews, OrderViews, PutView

__all__ = [
    "AssignTasks",
    "ChangeLabelTask",
    "ClearSubmissions",
    "CreateAnnotation",
    "CreateComment",
    "CreateDraft",
    "CreateLabelTasks",
    "CreatePrediction",
    "CreateReview",
    "DeleteAnnotation",
    "DeleteComment",
    "DeleteDraft",
    "DeletePrediction",
    "DeleteReview",
    "DeleteViews",
    "OrderViews",
    "PutView",
    "RemoveAllLabelTasks",
    "RemoveLabelTasks",
    "ReturnToDraft",
    "UnassignTask",
    "UpdateAnnotation",
    "UpdateComment",
    "UpdateDraft",
    "UpdatePrediction",
    "UpdateReview",
]
