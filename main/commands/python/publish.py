"""Publishes one message with the AWS IoT Device SDK for Python and waits for its acknowledgement.

With a certificate it connects over mutual TLS; without one it signs a WebSocket with the credentials of the environment.
Without --port the SDK chooses: 8883, or 443 with ALPN where it can.
"""

import argparse
import json

from awscrt import auth, mqtt
from awsiot import mqtt_connection_builder

WAIT_SECONDS = 30


def connection(options):
    common = {
        "endpoint": options.endpoint,
        "client_id": options.client_id,
        "ca_filepath": options.ca,
        "clean_session": True,
        "keep_alive_secs": 30,
    }
    if options.port is not None:
        common["port"] = options.port
    if options.cert is not None:
        return mqtt_connection_builder.mtls_from_path(options.cert, options.key, **common)
    provider = auth.AwsCredentialsProvider.new_default_chain()
    return mqtt_connection_builder.websockets_with_default_aws_signing(options.region, provider, **common)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    for name in ("endpoint", "ca", "client-id", "topic"):
        arguments.add_argument(f"--{name}", required=True)
    for name in ("cert", "key", "region"):
        arguments.add_argument(f"--{name}")
    arguments.add_argument("--port", type=int)
    options = arguments.parse_args()

    device = connection(options)
    device.connect().result(WAIT_SECONDS)
    payload = json.dumps({"from": options.client_id})
    published, packet = device.publish(topic=options.topic, payload=payload, qos=mqtt.QoS.AT_LEAST_ONCE)
    published.result(WAIT_SECONDS)
    device.disconnect().result(WAIT_SECONDS)
    print(json.dumps({"acknowledged": packet}))


if __name__ == "__main__":
    main()
