import redgrease

def schedule(record):
    status = record.value.get("status", "new")
    redgrease.log(f"Scheduling '{status}' record: {record.key}")
    if status == "new":
        record.value["status"] = "pending"
        redgrease.cmd.hset(record.key, "status", "pending")
        redgrease.cmd.xadd("to_be_processed", {"record": record.key})
    return record

def process(item):
    redgrease.log(f"processsing {item}")
    success = len(item["record"]) % 3 # Mock processing
    redgrease.cmd.hset(item["record"], "status", "success" if success else "failed")

records = redgrease.KeysReader().records(type="hash")
records.foreach(schedule).register("record:*", eventTypes=["hset"])

process_records = redgrease.StreamReader().values().foreach(process)
process_records.register("to_be_processed")
