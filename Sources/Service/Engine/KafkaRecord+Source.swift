import Kafka

extension KafkaRecord: SourceRecord {}
