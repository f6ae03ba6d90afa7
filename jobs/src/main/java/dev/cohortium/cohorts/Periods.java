package dev.cohortium.cohorts;

import static org.apache.spark.sql.functions.add_months;
import static org.apache.spark.sql.functions.date_from_unix_date;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.month;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.year;

import dev.cohortium.config.Study.Granularity;
import java.time.LocalDate;
import java.util.Locale;
import org.apache.spark.sql.Column;

/**
 * The periods of one granularity as whole numbers, so that an age is a difference: months since
 * January of year 0, ISO weeks and days since 1970 (its first week began on 1969-12-29).
 */
final class Periods {
  private static final int DAYS_PER_WEEK = 7;
  private static final double DAYS_PER_MONTH = 365.25 / 12;

  /** Days from the Monday on which week 0 began to 1970-01-01, a Thursday. */
  private static final int MONDAY_TO_EPOCH = 3;

  private final Granularity granularity;

  private Periods(Granularity granularity) {
    this.granularity = granularity;
  }

  static Periods of(Granularity granularity) {
    return new Periods(granularity);
  }

  /** Its name in the tables: month, week or day. */
  String code() {
    return granularity.name().toLowerCase(Locale.ROOT);
  }

  /** The period (INT) in which the DATE {@code day} lies. */
  Column of(Column day) {
    return switch (granularity) {
      case MONTH -> year(day).multiply(12).plus(month(day)).minus(1);
      case WEEK -> floor(unix_date(day).plus(MONDAY_TO_EPOCH).divide(DAYS_PER_WEEK)).cast("int");
      case DAY -> unix_date(day);
    };
  }

  /** The first day (DATE) of {@code period}. */
  Column firstDay(Column period) {
    return switch (granularity) {
      case MONTH -> add_months(to_date(lit("0000-01-01")), period);
      case WEEK -> date_from_unix_date(period.multiply(DAYS_PER_WEEK).minus(MONDAY_TO_EPOCH));
      case DAY -> date_from_unix_date(period);
    };
  }

  /** The last period that ends on or before {@code day}. */
  int lastCompleteAt(LocalDate day) {
    LocalDate next = day.plusDays(1);
    return switch (granularity) {
      case MONTH -> next.getYear() * 12 + next.getMonthValue() - 1 - 1;
      case WEEK ->
          Math.toIntExact(Math.floorDiv(next.toEpochDay() + MONDAY_TO_EPOCH, DAYS_PER_WEEK) - 1);
      case DAY -> Math.toIntExact(day.toEpochDay());
    };
  }

  /** The periods of the same span as {@code months} months of 30.4375 days. */
  int spanOf(int months) {
    return switch (granularity) {
      case MONTH -> months;
      case WEEK -> Math.toIntExact(Math.round(months * DAYS_PER_MONTH / DAYS_PER_WEEK));
      case DAY -> Math.toIntExact(Math.round(months * DAYS_PER_MONTH));
    };
  }
}
