"""Reports and asks for states of a device shadow with the shadow client of the AWS IoT Device SDK for Python, over mutual TLS.

Prints the versions it was told and the state it got back; a refused request ends it with the reason.
"""

import argparse
import json
from concurrent.futures import Future

from awscrt import mqtt
from awsiot import iotshadow, mqtt_connection_builder

WAIT_SECONDS = 30
QOS = mqtt.QoS.AT_LEAST_ONCE


class Answers:
    """The next answer, accepted or rejected, to the request that was just made."""

    def __init__(self):
        self.waiting = Future()

    def accepted(self, answer):
        self.waiting.set_result(answer)

    def rejected(self, error):
        self.waiting.set_exception(RuntimeError(f"rejected: {error.code} {error.message}"))

    def take(self):
        answer = self.waiting.result(WAIT_SECONDS)
        self.waiting = Future()
        return answer


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    for name in ("endpoint", "ca", "thing", "cert", "key"):
        arguments.add_argument(f"--{name}", required=True)
    arguments.add_argument("--port", type=int, default=8883)
    options = arguments.parse_args()

    device = mqtt_connection_builder.mtls_from_path(
        options.cert,
        options.key,
        endpoint=options.endpoint,
        port=options.port,
        ca_filepath=options.ca,
        client_id=options.thing,
        clean_session=True,
        keep_alive_secs=30,
    )
    device.connect().result(WAIT_SECONDS)
    client = iotshadow.IotShadowClient(device)
    thing, answers, deltas = options.thing, Answers(), Answers()

    update = iotshadow.UpdateShadowSubscriptionRequest(thing_name=thing)
    get = iotshadow.GetShadowSubscriptionRequest(thing_name=thing)
    delta = iotshadow.ShadowDeltaUpdatedSubscriptionRequest(thing_name=thing)
    for subscribe, request, callback in (
        (client.subscribe_to_update_shadow_accepted, update, answers.accepted),
        (client.subscribe_to_update_shadow_rejected, update, answers.rejected),
        (client.subscribe_to_get_shadow_accepted, get, answers.accepted),
        (client.subscribe_to_get_shadow_rejected, get, answers.rejected),
        (client.subscribe_to_shadow_delta_updated_events, delta, deltas.accepted),
    ):
        subscribed, _topic = subscribe(request, QOS, callback)
        subscribed.result(WAIT_SECONDS)

    def publish(**state):
        request = iotshadow.UpdateShadowRequest(thing_name=thing, state=iotshadow.ShadowState(**state))
        client.publish_update_shadow(request, QOS).result(WAIT_SECONDS)
        return answers.take().version

    versions = [publish(reported={"interval": 60}), publish(desired={"interval": 5})]
    wanted = deltas.take().state
    client.publish_get_shadow(iotshadow.GetShadowRequest(thing_name=thing), QOS).result(WAIT_SECONDS)
    state = answers.take().state
    device.disconnect().result(WAIT_SECONDS)
    print(json.dumps({"versions": versions, "delta": wanted, "reported": state.reported, "desired": state.desired}))


if __name__ == "__main__":
    main()
