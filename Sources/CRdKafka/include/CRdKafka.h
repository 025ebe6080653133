#ifndef CRDKAFKA_H
#define CRDKAFKA_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/// A header of a record. The name ends in a zero byte that its length leaves out; a NULL value is a null one.
typedef struct {
  char *name;
  size_t name_length;
  void *value;
  size_t value_length;
} crdkafka_header_t;

/// Queues one record, copying key, value and headers; a NULL value is a tombstone.
/// A function of its own because Swift cannot call variadic C, and because the array form of the same call
/// frees the headers twice on an unknown partition in releases before 2.12.
rd_kafka_resp_err_t crdkafka_produce(rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition,
                                     const void *key, size_t key_length, const void *value,
                                     size_t value_length, int64_t timestamp_millis,
                                     const crdkafka_header_t *headers, size_t header_count);

/// Asks a broker how many partitions a topic has. The broker's own error for the topic is returned as well.
/// A function of its own because `rd_kafka_metadata` names both a structure and a function.
rd_kafka_resp_err_t crdkafka_partition_count(rd_kafka_t *client, const char *name, int timeout_millis,
                                             int *count);

#endif
