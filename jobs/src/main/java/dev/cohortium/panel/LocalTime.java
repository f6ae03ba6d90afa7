package dev.cohortium.panel;

import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.trunc;

import java.time.ZoneId;
import org.apache.spark.sql.Column;

/** Where an instant falls on the study's calendar; the session's zone is UTC. */
final class LocalTime {
  private LocalTime() {}

  /** The day of {@code instant} in {@code zone}. */
  static Column date(Column instant, ZoneId zone) {
    return to_date(from_utc_timestamp(instant, zone.getId()));
  }

  /** The first day of the month of {@code instant} in {@code zone}. */
  static Column month(Column instant, ZoneId zone) {
    return trunc(date(instant, zone), "month");
  }
}
