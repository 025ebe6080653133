#include "CRdKafka.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

rd_kafka_resp_err_t crdkafka_produce(rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition,
                                     const void *key, size_t key_length, const void *value,
                                     size_t value_length, int64_t timestamp_millis,
                                     rd_kafka_headers_t *headers) {
  return rd_kafka_producev(client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
                           RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_length),
                           RD_KAFKA_V_VALUE((void *)value, value_length),
                           RD_KAFKA_V_TIMESTAMP(timestamp_millis), RD_KAFKA_V_HEADERS(headers),
                           RD_KAFKA_V_END);
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

void crdkafka_keep_freed_memory(void) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  mallopt(M_TOP_PAD, 16 << 20);
#endif
}
