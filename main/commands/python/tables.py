"""Makes a table with the resource API of boto3, writes, updates, queries and scans it, and deletes it.

Prints what it read as one line of JSON; a refused request ends it with the reason.
"""

import json
import os
import sys
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

# Older versions do not look for the endpoint themselves.
dynamodb = boto3.resource("dynamodb", endpoint_url=os.environ.get("AWS_ENDPOINT_URL"))
table = dynamodb.create_table(
    TableName=sys.argv[1],
    KeySchema=[
        {"AttributeName": "station", "KeyType": "HASH"},
        {"AttributeName": "sample_time", "KeyType": "RANGE"},
    ],
    AttributeDefinitions=[
        {"AttributeName": "station", "AttributeType": "S"},
        {"AttributeName": "sample_time", "AttributeType": "N"},
    ],
    BillingMode="PAY_PER_REQUEST",
)
table.wait_until_exists()

with table.batch_writer() as batch:
    for number in range(60):
        batch.put_item(
            Item={
                "station": "alpine",
                "sample_time": number,
                "air_temperature": {"value": Decimal(number) / 4, "unit": "C"},
                "tags": {"snow", "ice"},
                "raw": bytes([number]),
            }
        )

updated = table.update_item(
    Key={"station": "alpine", "sample_time": 5},
    UpdateExpression="SET air_temperature.#v = air_temperature.#v + :more",
    ExpressionAttributeNames={"#v": "value"},
    ExpressionAttributeValues={":more": Decimal("0.001")},
    ReturnValues="UPDATED_NEW",
)
newest = table.query(
    KeyConditionExpression=Key("station").eq("alpine") & Key("sample_time").between(10, 50),
    FilterExpression=Attr("air_temperature.value").lt(4),
    ScanIndexForward=False,
)
try:
    table.put_item(
        Item={"station": "alpine", "sample_time": 5},
        ConditionExpression=Attr("station").not_exists(),
    )
    refused = None
except ClientError as error:
    refused = error.response["Error"]["Code"]
item = table.get_item(Key={"station": "alpine", "sample_time": 7})["Item"]
count = table.scan(Select="COUNT")["Count"]
table.delete()
table.wait_until_not_exists()

print(
    json.dumps(
        {
            "boto3": boto3.__version__,
            "updated": str(updated["Attributes"]["air_temperature"]["value"]),
            "newest": [int(found["sample_time"]) for found in newest["Items"]],
            "refused": refused,
            "tags": sorted(item["tags"]),
            "raw": list(item["raw"].value),
            "count": count,
        }
    )
)
