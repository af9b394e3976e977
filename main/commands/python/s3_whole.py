"""S3 as scripts of people use it: boto3's transfer manager, paginators, presigned URLs and resources. Prints one line of JSON."""
import base64
import hashlib
import json
import os
import sys
import urllib.error
import urllib.request
import zlib
from concurrent.futures import ThreadPoolExecutor

import boto3
import botocore
from boto3.s3.transfer import TransferConfig
from botocore.client import Config

FOLDER = sys.argv[1]
BUCKET = "whole"
ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
# Debian's boto3 is older than the variable.
s3 = boto3.client("s3", endpoint_url=ENDPOINT)
newer = boto3.client("s3", endpoint_url=ENDPOINT, config=Config(signature_version="s3v4"))
by_host = boto3.client(
    "s3", endpoint_url=ENDPOINT.replace("127.0.0.1", "localhost"), config=Config(s3={"addressing_style": "virtual"})
)
MIB = 1024 * 1024
SMALL_PARTS = TransferConfig(multipart_threshold=6 * MIB, multipart_chunksize=5 * MIB, max_concurrency=4)


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def http(method, url, body=None):
    # Not every machine's resolver knows that all names below "localhost" are this machine.
    host = url.split("/")[2]
    request = urllib.request.Request(url.replace(host, ENDPOINT.split("/")[2], 1), data=body, method=method)
    request.add_header("Host", host)
    if body is not None:
        request.add_header("Content-Type", "")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            return [answer.status, answer.read().decode()]
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode().split("<Code>")[1].split("<")[0]]


s3.create_bucket(Bucket=BUCKET)
large = os.path.join(FOLDER, "large")
with open(large, "wb") as file:
    file.write(os.urandom(17 * MIB))
extra = {"Metadata": {"made": "here"}, "ChecksumAlgorithm": "SHA256"}
s3.upload_file(large, BUCKET, "large", Config=SMALL_PARTS, ExtraArgs=extra)
s3.download_file(BUCKET, "large", f"{large}.back", Config=SMALL_PARTS)
s3.copy({"Bucket": BUCKET, "Key": "large"}, BUCKET, "copies/large", Config=SMALL_PARTS)
s3.download_file(BUCKET, "copies/large", f"{large}.copy", Config=SMALL_PARTS)
head = s3.head_object(Bucket=BUCKET, Key="large", ChecksumMode="ENABLED")


def composite(path, part_bytes):
    """As AWS describes it: the hash of the parts' hashes, and their number."""
    with open(path, "rb") as file:
        hashes = [hashlib.sha256(part).digest() for part in iter(lambda: file.read(part_bytes), b"")]
    return base64.b64encode(hashlib.sha256(b"".join(hashes)).digest()).decode() + f"-{len(hashes)}"


def read_parts(key):
    count = s3.head_object(Bucket=BUCKET, Key=key, PartNumber=1)["PartsCount"]
    parts = [s3.get_object(Bucket=BUCKET, Key=key, PartNumber=number + 1)["Body"].read() for number in range(count)]
    return [count, hashlib.sha256(b"".join(parts)).hexdigest() == digest(large)]


def complete_twice(key, body):
    """A client that lost the first answer asks again. Newer ones can ask for a checksum of the whole object."""
    members = s3.meta.service_model.operation_model("CreateMultipartUpload").input_shape.members
    whole = {"ChecksumType": "FULL_OBJECT"} if "ChecksumType" in members else {}
    begun = s3.create_multipart_upload(Bucket=BUCKET, Key=key, ChecksumAlgorithm="CRC32", **whole)
    about = {"Bucket": BUCKET, "Key": key, "UploadId": begun["UploadId"]}
    part = s3.upload_part(**about, PartNumber=1, Body=body, ChecksumAlgorithm="CRC32")
    listed = {"PartNumber": 1, "ETag": part["ETag"], "ChecksumCRC32": part["ChecksumCRC32"]}
    answers = [s3.complete_multipart_upload(**about, MultipartUpload={"Parts": [listed]}) for _ in range(2)]
    crc = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
    expected = crc if whole else base64.b64encode(zlib.crc32(base64.b64decode(crc)).to_bytes(4, "big")).decode() + "-1"
    return [answer["ETag"] == answers[0]["ETag"] and answer["ChecksumCRC32"] == expected for answer in answers]


parts_of_large = read_parts("large")
completed_twice = complete_twice("twice", b"twice")

keys = [f"many/{index:04d}" for index in range(1200)]
with ThreadPoolExecutor(8) as pool:
    list(pool.map(lambda key: s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode()), keys))
pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="many/")
listed = [entry["Key"] for page in pages for entry in page["Contents"]]

odd = ["a b+c", "ünï/日本/😀", "../up", "a//b", "100%25", "ctrl\x01\x7f", "k" * 1024]
for key in odd:
    s3.put_object(Bucket=BUCKET, Key=f"o/{key}"[:1024], Body=b"")
odd_listed = [e["Key"][2:] for e in s3.list_objects_v2(Bucket=BUCKET, Prefix="o/")["Contents"]]

presigned = {}
for name, client in [("old", s3), ("new", newer), ("host", by_host)]:
    params = {"Bucket": BUCKET, "Key": f"signed/{name} +é"}
    put = http("PUT", client.generate_presigned_url("put_object", params), name.encode())
    url = client.generate_presigned_url("get_object", {**params, "ResponseContentType": "text/x-odd"})
    forged = url.replace("signed/", "forged/")
    late = client.generate_presigned_url("get_object", params, ExpiresIn=-5) if name == "old" else None
    presigned[name] = [put[0], http("GET", url), http("GET", forged), late and http("GET", late)]

upload = s3.create_multipart_upload(Bucket=BUCKET, Key="left")["UploadId"]
s3.upload_part(Bucket=BUCKET, Key="left", UploadId=upload, PartNumber=3, Body=b"part")
parts = s3.list_parts(Bucket=BUCKET, Key="left", UploadId=upload)["Parts"]
under_way = s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]
s3.abort_multipart_upload(Bucket=BUCKET, Key="left", UploadId=upload)

# XML cannot carry this key, so a batch cannot delete it: on AWS neither.
s3.delete_object(Bucket=BUCKET, Key="o/ctrl\x01\x7f")
bucket = boto3.resource("s3", endpoint_url=ENDPOINT).Bucket(BUCKET)
bucket.object_versions.delete()
left = list(bucket.objects.all())
bucket.delete()

print(
    json.dumps(
        {
            "botocore": botocore.__version__,
            "whole": len({digest(large), digest(f"{large}.back"), digest(f"{large}.copy")}) == 1,
            "metadata": head["Metadata"],
            "composite": head["ChecksumSHA256"] == composite(large, 5 * MIB),
            "partsOfLarge": parts_of_large,
            "completedTwice": completed_twice,
            "listed": listed == keys,
            "odd": sorted(odd_listed) == sorted(f"o/{key}"[:1024][2:] for key in odd),
            "presigned": presigned,
            "parts": [[part["PartNumber"], part["Size"]] for part in parts],
            "underWay": [[one["Key"], one["UploadId"] == upload] for one in under_way],
            "left": len(left),
            "buckets": [one["Name"] for one in s3.list_buckets()["Buckets"]],
        }
    )
)
