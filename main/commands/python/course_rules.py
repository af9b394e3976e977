"""The course's rules with boto3: every observation to Firehose, the cold ones to DynamoDB, each as an object of its own to S3.

Makes everything, publishes three observations, and prints what it reads back as one line of JSON.
"""

import json
import os
import time

import boto3

ROLE = f"arn:aws:iam::{boto3.client('sts').get_caller_identity()['Account']}:role/LabRole"
SQL_VERSION = "2016-03-23"
COLD = (
    "SELECT weather_station AS station, time AS observed_at, air_temperature.value AS temperature, "
    "air_temperature AS details.air FROM 'sensor/weather/+' WHERE air_temperature.value < -5"
)
WAIT_SECONDS = 60

iot = boto3.client("iot")
data = boto3.client("iot-data", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
s3 = boto3.client("s3")
firehose = boto3.client("firehose")
dynamodb = boto3.client("dynamodb")


def until(what, ask):
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.1)
    raise TimeoutError(what)


def make_destinations():
    for bucket in ("course-raw", "course-objects"):
        s3.create_bucket(Bucket=bucket)
    firehose.create_delivery_stream(
        DeliveryStreamName="course",
        ExtendedS3DestinationConfiguration={
            "BucketARN": "arn:aws:s3:::course-raw",
            "RoleARN": ROLE,
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 1},
        },
    )
    until(
        "the stream is active",
        lambda: firehose.describe_delivery_stream(DeliveryStreamName="course")["DeliveryStreamDescription"][
            "DeliveryStreamStatus"
        ]
        == "ACTIVE",
    )
    dynamodb.create_table(
        TableName="course",
        AttributeDefinitions=[
            {"AttributeName": "station", "AttributeType": "S"},
            {"AttributeName": "observed_at", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "station", "KeyType": "HASH"},
            {"AttributeName": "observed_at", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName="course")


def make_rule(name, sql, action, error_action=None):
    payload = {"sql": sql, "awsIotSqlVersion": SQL_VERSION, "ruleDisabled": False, "actions": [action]}
    if error_action is not None:
        payload["errorAction"] = error_action
    iot.create_topic_rule(ruleName=name, topicRulePayload=payload)


def make_rules():
    everything = "SELECT * FROM 'sensor/weather/+'"
    stream = {"firehose": {"deliveryStreamName": "course", "roleArn": ROLE, "separator": "\n"}}
    objects = {"s3": {"bucketName": "course-objects", "key": "${topic(3)}/${timestamp()}", "roleArn": ROLE}}
    table = {"dynamoDBv2": {"putItem": {"tableName": "course"}, "roleArn": ROLE}}
    errors = {"s3": {"bucketName": "course-objects", "key": "errors/${topic(3)}", "roleArn": ROLE}}
    make_rule("all_to_firehose", everything, stream)
    make_rule("all_to_s3", everything, objects)
    make_rule("cold_to_dynamodb", COLD, table, errors)


def publish(station, temperature, observed_at):
    observation = {
        "weather_station": station,
        "air_temperature": {"value": temperature, "quality": "1"},
    }
    if observed_at is not None:
        observation["time"] = observed_at
    data.publish(topic=f"sensor/weather/{station}", qos=1, payload=json.dumps(observation))


def read(bucket, key):
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def keys(bucket):
    return [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def main():
    make_destinations()
    make_rules()
    publish("warm", 3.0, "2013-01-01T00:00")
    publish("cold", -12.0, "2013-01-01T01:00")
    # Without the sort key: the item is refused, and the error action is told.
    publish("keyless", -20.5, None)
    objects = until("four objects", lambda: len(keys("course-objects")) == 4 and keys("course-objects"))
    raw = until("the lake has an object", lambda: keys("course-raw"))
    items = until("the table has an item", lambda: dynamodb.scan(TableName="course")["Items"])
    error = json.loads(read("course-objects", "errors/keyless"))
    print(
        json.dumps(
            {
                "lines": sorted("".join(read("course-raw", key) for key in raw).splitlines()),
                "objects": {key.split("/")[0]: read("course-objects", key) for key in objects if key[:6] != "errors"},
                "items": items,
                "rules": sorted(rule["ruleName"] for rule in iot.list_topic_rules()["rules"]),
                "error": {name: error[name] for name in ("ruleName", "topic", "failures")},
            }
        )
    )


if __name__ == "__main__":
    main()
