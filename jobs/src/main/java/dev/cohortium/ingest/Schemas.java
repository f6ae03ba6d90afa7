package dev.cohortium.ingest;

import java.util.stream.Stream;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The columns of files whose writers leave out what they have no value for. */
final class Schemas {
  private Schemas() {}

  /** Whether {@code schema} has a column called {@code name}, whatever its case. */
  static boolean has(StructType schema, String name) {
    return Stream.of(schema.fieldNames()).anyMatch(name::equalsIgnoreCase);
  }

  /** {@code schema} without the column {@code name}. */
  static StructType without(StructType schema, String name) {
    return new StructType(
        Stream.of(schema.fields())
            .filter(field -> !field.name().equals(name))
            .toArray(StructField[]::new));
  }

  /** {@code now} and what {@code known} has besides, also inside of objects and arrays. */
  static StructType merged(StructType now, StructType known) {
    StructType merged = new StructType();
    for (StructField field : now.fields()) {
      DataType type =
          has(known, field.name())
              ? merged(field.dataType(), type(known, field.name()))
              : field.dataType();
      merged = merged.add(field.name(), type, true);
    }
    for (StructField field : known.fields()) {
      merged = has(now, field.name()) ? merged : merged.add(field);
    }
    return merged;
  }

  private static DataType type(StructType schema, String name) {
    return Stream.of(schema.fields())
        .filter(field -> field.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow()
        .dataType();
  }

  private static DataType merged(DataType now, DataType known) {
    if (now instanceof StructType structNow && known instanceof StructType structKnown) {
      return merged(structNow, structKnown);
    }
    if (now instanceof ArrayType arrayNow && known instanceof ArrayType arrayKnown) {
      return new ArrayType(merged(arrayNow.elementType(), arrayKnown.elementType()), true);
    }
    return now;
  }
}
