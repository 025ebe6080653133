#include "CRdKafka.h"

/// The headers as librdkafka keeps them, with room for exactly these, or NULL if there are none.
static rd_kafka_headers_t *copy_headers(const crdkafka_header_t *headers, size_t count) {
  if (count == 0) {
    return NULL;
  }
  rd_kafka_headers_t *copy = rd_kafka_headers_new(count);
  for (size_t index = 0; index < count; ++index) {
    const crdkafka_header_t *header = &headers[index];
    rd_kafka_header_add(copy, header->name, (ssize_t)header->name_length, header->value,
                        (ssize_t)header->value_length);
  }
  return copy;
}

rd_kafka_resp_err_t crdkafka_produce(rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition,
                                     const void *key, size_t key_length, const void *value,
                                     size_t value_length, int64_t timestamp_millis,
                                     const crdkafka_header_t *headers, size_t header_count) {
  rd_kafka_headers_t *copy = copy_headers(headers, header_count);
  rd_kafka_resp_err_t code = rd_kafka_producev(
      client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
      RD_KAFKA_V_KEY(key, key_length), RD_KAFKA_V_VALUE((void *)value, value_length),
      RD_KAFKA_V_TIMESTAMP(timestamp_millis), RD_KAFKA_V_HEADERS(copy), RD_KAFKA_V_END);
  // Headers of a record that was not queued still belong to the caller.
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR && copy != NULL) {
    rd_kafka_headers_destroy(copy);
  }
  return code;
}

rd_kafka_resp_err_t crdkafka_partition_count(rd_kafka_t *client, const char *name, int timeout_millis,
                                             int *count) {
  *count = 0;
  rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
  if (topic == NULL) {
    return rd_kafka_last_error();
  }
  const struct rd_kafka_metadata *metadata = NULL;
  rd_kafka_resp_err_t code = rd_kafka_metadata(client, 0, topic, &metadata, timeout_millis);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (metadata->topic_cnt == 1) {
      code = metadata->topics[0].err;
      *count = metadata->topics[0].partition_cnt;
    } else {
      code = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    }
    rd_kafka_metadata_destroy(metadata);
  }
  rd_kafka_topic_destroy(topic);
  return code;
}
