"""A worker in Python, in threads of one process, until it is told to end. Arguments: the address, the admin's token, the
name of its tasks. Prints a line when it is about to poll. The client reads the annotations of workers as they are."""

import os
import sys
import threading
import time

os.environ["CONDUCTOR_WORKER_ISOLATION"] = "thread"

from conductor.client.automator.task_handler import TaskHandler
from conductor.client.configuration.configuration import Configuration
from conductor.client.configuration.settings.authentication_settings import AuthenticationSettings
from conductor.client.worker.worker_task import worker_task

URL, TOKEN, NAME = sys.argv[1:4]


@worker_task(NAME, thread_count=2, worker_id="snake")
def share(number: int) -> dict:
    time.sleep(0.02)
    return {"language": "python", "square": number * number}


if __name__ == "__main__":
    settings = AuthenticationSettings("admin", TOKEN)
    handler = TaskHandler(configuration=Configuration(server_api_url=URL, authentication_settings=settings))
    handler.start_processes()
    print("polling", flush=True)
    threading.Event().wait()
