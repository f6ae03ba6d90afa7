package dev.cohortium.world;

import java.io.Serializable;
import java.time.YearMonth;

/**
 * Turns moments into local times. A moment is a number of months since the first: 2.5 is the middle
 * of the third. Shops are open from 8 to 20.
 */
final class Calendar implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int OPENS = 8;
  private static final int OPEN_SECONDS = 12 * 60 * 60;

  private final YearMonth start;
  private final int before;

  /** Texts and days of the months, {@link #before} of them before the first. */
  private final String[] texts;

  private final int[] days;

  /** The months that a world has, and those {@code before} in which its customers may arrive. */
  Calendar(YearMonth start, int before, int months) {
    this.start = start;
    this.before = before;
    texts = new String[before + months];
    days = new int[before + months];
    for (int i = 0; i < texts.length; i++) {
      YearMonth month = start.plusMonths(i - before);
      texts[i] = month.toString();
      days[i] = month.lengthOfMonth();
    }
  }

  /** The month of a moment, as 2024-03. */
  String month(int month) {
    return texts[month + before];
  }

  /** First day of a month. */
  java.sql.Date day(int month) {
    return java.sql.Date.valueOf(start.plusMonths(month).atDay(1));
  }

  /** Month of the year, 0 to 11. */
  int season(int month) {
    return start.plusMonths(month).getMonthValue() - 1;
  }

  /** As 2024-03-01 17:05:09. */
  String time(double moment) {
    int month = (int) Math.floor(moment);
    int lengthOfMonth = days[month + before];
    double ofMonth = (moment - month) * lengthOfMonth;
    int day = Math.min((int) ofMonth, lengthOfMonth - 1);
    int second = Math.min((int) ((ofMonth - day) * OPEN_SECONDS), OPEN_SECONDS - 1);
    StringBuilder text = new StringBuilder(19);
    text.append(month(month));
    add(text.append('-'), day + 1);
    add(text.append(' '), OPENS + second / 3600);
    add(text.append(':'), second / 60 % 60);
    add(text.append(':'), second % 60);
    return text.toString();
  }

  /** The last minute of the month before. */
  String timeBefore(int month) {
    return start.plusMonths(month - 1L).atEndOfMonth() + " 23:59:00";
  }

  private static void add(StringBuilder text, int two) {
    text.append((char) ('0' + two / 10)).append((char) ('0' + two % 10));
  }
}
