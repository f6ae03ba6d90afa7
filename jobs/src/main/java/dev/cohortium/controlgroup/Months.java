package dev.cohortium.controlgroup;

import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.month;
import static org.apache.spark.sql.functions.year;

import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import org.apache.spark.sql.Column;

/** Months as numbers, counted from January of year 0. */
final class Months {
  private static final int OF_YEAR = 12;

  private Months() {}

  static int number(YearMonth month) {
    return OF_YEAR * month.getYear() + month.getMonthValue() - 1;
  }

  /** The number of a day's month. */
  static Column number(Column day) {
    return year(day).multiply(OF_YEAR).plus(month(day)).minus(1);
  }

  /** The number of an instant's month in {@code zone}. */
  static Column numberOf(Column instant, ZoneId zone) {
    return number(from_utc_timestamp(instant, zone.getId()));
  }

  static YearMonth of(int number) {
    return YearMonth.of(number / OF_YEAR, number % OF_YEAR + 1);
  }

  static LocalDate firstDay(int number) {
    return of(number).atDay(1);
  }

  static LocalDate lastDay(int number) {
    return of(number).atEndOfMonth();
  }
}
