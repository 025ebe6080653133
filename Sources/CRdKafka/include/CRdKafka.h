#ifndef CRDKAFKA_H
#define CRDKAFKA_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/// Queues one record, copying key and value; a NULL value is a tombstone.
/// On success the headers belong to librdkafka, on failure they still belong to the caller.
/// A function of its own because Swift cannot call variadic C, and because the array form of the same call
/// frees the headers twice on an unknown partition in releases before 2.12.
rd_kafka_resp_err_t crdkafka_produce(rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition,
                                     const void *key, size_t key_length, const void *value,
                                     size_t value_length, int64_t timestamp_millis,
                                     rd_kafka_headers_t *headers);

/// Asks a broker how many partitions a topic has. The broker's own error for the topic is returned as well.
/// A function of its own because `rd_kafka_metadata` names both a structure and a function.
rd_kafka_resp_err_t crdkafka_partition_count(rd_kafka_t *client, const char *name, int timeout_millis,
                                             int *count);

/// Keeps freed heap memory for reuse instead of giving it back to the system; does nothing where malloc has no such
/// setting. A function of its own because Swift does not see mallopt.
void crdkafka_keep_freed_memory(void);

#endif
