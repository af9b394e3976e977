"""The course's stream by boto3: create, wait, put, read back what arrived and unpack it with Python's own modules. Prints one line of JSON."""

import gzip
import io
import json
import sys
import time
import zipfile

import boto3
from botocore.exceptions import ClientError

BUCKET = "from-python"
LINES = [json.dumps({"station_id": f"S{n % 2}", "t": n + 0.5}) + "\n" for n in range(600)]

firehose = boto3.client("firehose")
s3 = boto3.client("s3")


def wait_until(condition, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.2)
    raise SystemExit("the condition did not come true")


def describe(stream):
    return firehose.describe_delivery_stream(DeliveryStreamName=stream)["DeliveryStreamDescription"]


def create(stream, role, **more):
    firehose.create_delivery_stream(
        DeliveryStreamName=stream,
        DeliveryStreamType="DirectPut",
        ExtendedS3DestinationConfiguration={
            "RoleARN": role,
            "BucketARN": f"arn:aws:s3:::{BUCKET}",
            "Prefix": f"{stream}/",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0},
            **more,
        },
    )
    first = describe(stream)["DeliveryStreamStatus"]
    wait_until(lambda: describe(stream)["DeliveryStreamStatus"] == "ACTIVE")
    return first


def put(stream):
    """The limit is 500 records a call."""
    for at in range(0, len(LINES), 500):
        answer = firehose.put_record_batch(
            DeliveryStreamName=stream, Records=[{"Data": line} for line in LINES[at : at + 500]]
        )
        assert answer["FailedPutCount"] == 0, answer


def unpack(key, data):
    if key.endswith(".gz"):
        return gzip.decompress(data).decode()
    if key.endswith(".zip"):
        archive = zipfile.ZipFile(io.BytesIO(data))
        assert archive.testzip() is None
        return "".join(archive.read(name).decode() for name in archive.namelist())
    return data.decode()


def read_back(stream):
    def lines():
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=f"{stream}/")
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        bodies = [unpack(key, s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()) for key in keys]
        found = "".join(bodies).splitlines(keepends=True)
        return found if len(found) >= len(LINES) else None

    return wait_until(lines)


def refused(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


role = sys.argv[1]
s3.create_bucket(Bucket=BUCKET)
arrived = {}
states = []
for stream, compression in [("plain", "UNCOMPRESSED"), ("gzipped", "GZIP"), ("zipped", "ZIP")]:
    states.append(create(stream, role, CompressionFormat=compression))
    put(stream)
    arrived[stream] = sorted(read_back(stream)) == sorted(LINES)

before = describe("plain")
firehose.update_destination(
    DeliveryStreamName="plain",
    CurrentDeliveryStreamVersionId=before["VersionId"],
    DestinationId=before["Destinations"][0]["DestinationId"],
    ExtendedS3DestinationUpdate={"FileExtension": ".json", "CustomTimeZone": "Europe/Paris"},
)
after = describe("plain")
page = firehose.list_delivery_streams(Limit=2)
rest = firehose.list_delivery_streams(ExclusiveStartDeliveryStreamName=page["DeliveryStreamNames"][-1])
big = [{"Data": b"x" * 1_000_000}] * 5
print(
    json.dumps(
        {
            "states": sorted(set(states)),
            "arrived": arrived,
            "versions": [before["VersionId"], after["VersionId"]],
            "zone": after["Destinations"][0]["ExtendedS3DestinationDescription"]["CustomTimeZone"],
            "pages": [page["DeliveryStreamNames"], page["HasMoreDeliveryStreams"], rest["DeliveryStreamNames"]],
            "refused": [
                refused(firehose.put_record, DeliveryStreamName="none", Record={"Data": b"x"}),
                refused(firehose.put_record_batch, DeliveryStreamName="plain", Records=big),
                refused(
                    firehose.update_destination,
                    DeliveryStreamName="plain",
                    CurrentDeliveryStreamVersionId="1",
                    DestinationId=before["Destinations"][0]["DestinationId"],
                    ExtendedS3DestinationUpdate={"Prefix": "late/"},
                ),
                refused(firehose.start_delivery_stream_encryption, DeliveryStreamName="plain"),
            ],
        }
    )
)
