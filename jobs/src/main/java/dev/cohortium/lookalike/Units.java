package dev.cohortium.lookalike;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Row;

/** Finds the units in a row of the data: those of one customer. */
interface Units extends Serializable {
  /** The units of a row. */
  List<? extends Unit> of(Row row);
}
