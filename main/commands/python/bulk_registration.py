"""Registers a fleet in bulk, as one would on AWS: a bucket, a provisioning template and a data file, one registration task,
its two reports, then for each thing keys, a certificate and a policy. Leaves keys and certificates in the folder it is given.

Nothing in it knows the lab: endpoint, region and credentials come from the environment as for any AWS script.
"""

import argparse
import json
import os
import sys
import time
import urllib.request

import boto3

THING_TYPE = "station"
THING_GROUP = "bulk-stations"
POLICY_NAME = "bulk-station"
TASK_SECONDS = 120


def client(service):
    # Old boto3 does not read AWS_ENDPOINT_URL by itself; without it, this is AWS.
    return boto3.client(service, endpoint_url=os.environ.get("AWS_ENDPOINT_URL"))


def provisioning_template():
    """A thing of a type, in a group, named and described by the parameters of its line."""
    return {
        "Parameters": {
            "ThingName": {"Type": "String"},
            "Serial": {"Type": "String"},
            "Site": {"Type": "String", "Default": "north"},
        },
        "Mappings": {"Sites": {"north": {"Code": "N"}, "south": {"Code": "S"}}},
        "Resources": {
            "thing": {
                "Type": "AWS::IoT::Thing",
                "Properties": {
                    "ThingName": {"Ref": "ThingName"},
                    "ThingTypeName": THING_TYPE,
                    "ThingGroups": [THING_GROUP],
                    "AttributePayload": {
                        "serial": {"Fn::Join": ["-", [{"Fn::FindInMap": ["Sites", {"Ref": "Site"}, "Code"]}, {"Ref": "Serial"}]]},
                        "site": {"Ref": "Site"},
                    },
                },
                "OverrideSettings": {"AttributePayload": "REPLACE", "ThingTypeName": "REPLACE", "ThingGroups": "MERGE"},
            }
        },
    }


def data_file(count):
    """One line a thing; the last names a site that no map knows, so that there is an error to report."""
    lines = [{"ThingName": f"bulk-{n}", "Serial": str(1000 + n), "Site": "south" if n % 2 else "north"} for n in range(count)]
    lines.append({"ThingName": "bulk-lost", "Serial": "9999", "Site": "nowhere"})
    return "\n".join(json.dumps(line) for line in lines) + "\n"


def register(iot, s3, account, count):
    bucket = f"bulk-registration-{account}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="provisioning/things.json", Body=data_file(count).encode())
    iot.create_thing_type(thingTypeName=THING_TYPE)
    iot.create_thing_group(thingGroupName=THING_GROUP)
    started = iot.start_thing_registration_task(
        templateBody=json.dumps(provisioning_template()),
        inputFileBucket=bucket,
        inputFileKey="provisioning/things.json",
        roleArn=f"arn:aws:iam::{account}:role/LabRole",
    )
    return wait_for(iot, started["taskId"])


def wait_for(iot, task_id):
    end = time.monotonic() + TASK_SECONDS
    while time.monotonic() < end:
        task = iot.describe_thing_registration_task(taskId=task_id)
        if task["status"] not in ("InProgress", "Cancelling"):
            return task
        time.sleep(0.2)
    sys.exit(f"the registration task {task_id} did not end within {TASK_SECONDS} s")


def report(iot, task_id, kind):
    """All lines of a report, fetched from its links without any credentials."""
    lines = []
    request = {"taskId": task_id, "reportType": kind}
    while True:
        page = iot.list_thing_registration_task_reports(**request)
        for link in page["resourceLinks"]:
            with urllib.request.urlopen(link, timeout=30) as answer:
                lines += [json.loads(line) for line in answer.read().decode().splitlines()]
        if not page.get("nextToken"):
            return lines
        request["nextToken"] = page["nextToken"]


def things_of_type(iot):
    pages = iot.get_paginator("list_things").paginate(thingTypeName=THING_TYPE, PaginationConfig={"PageSize": 2})
    return [thing["thingName"] for page in pages for thing in page["things"]]


def certify(iot, account, region, names, folder):
    """A key pair, a certificate and the one policy for each thing."""
    arn = f"arn:aws:iot:{region}:{account}"
    own = "${iot:Connection.Thing.ThingName}"
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "iot:Connect", "Resource": f"{arn}:client/{own}"},
            {"Effect": "Allow", "Action": "iot:Publish", "Resource": f"{arn}:topic/sensor/{own}"},
        ],
    }
    iot.create_policy(policyName=POLICY_NAME, policyDocument=json.dumps(document))
    for name in names:
        made = iot.create_keys_and_certificate(setAsActive=True)
        iot.attach_policy(policyName=POLICY_NAME, target=made["certificateArn"])
        iot.attach_thing_principal(thingName=name, principal=made["certificateArn"])
        write(os.path.join(folder, f"{name}.crt"), made["certificatePem"])
        write(os.path.join(folder, f"{name}.key"), made["keyPair"]["PrivateKey"])


def write(path, text):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", help="where keys and certificates go")
    arguments.add_argument("--count", type=int, default=5)
    options = arguments.parse_args()

    iot, s3 = client("iot"), client("s3")
    account = client("sts").get_caller_identity()["Account"]
    task = register(iot, s3, account, options.count)
    results, errors = report(iot, task["taskId"], "RESULTS"), report(iot, task["taskId"], "ERRORS")
    names = things_of_type(iot)
    certify(iot, account, iot.meta.region_name, names, options.folder)
    print(
        json.dumps(
            {
                "boto3": boto3.__version__,
                "status": task["status"],
                "succeeded": task["successCount"],
                "failed": task["failureCount"],
                "percent": task["percentageProgress"],
                "results": [[line["lineNumber"], line["response"]["ResourceArns"]["thing"]] for line in results],
                "errors": [[line["lineNumber"], line["errorMessage"]] for line in errors],
                "things": names,
                "attributes": iot.describe_thing(thingName=names[0])["attributes"],
                "group": sorted(iot.list_things_in_thing_group(thingGroupName=THING_GROUP)["things"]),
                "endpoint": iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"],
            }
        )
    )


if __name__ == "__main__":
    main()
