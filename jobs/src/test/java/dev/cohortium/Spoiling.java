package dev.cohortium;

import java.util.List;
import java.util.Random;

/** Spoils good values, by a random source that the test has seeded. */
final class Spoiling {
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-0",
          "+5",
          "007",
          "5.",
          ".5",
          "-1.5",
          "12.34567",
          "0.00000000000000000000000001",
          "1.00000000000000000000000000",
          "1e3",
          "1.5E-3",
          "1e-60",
          "1e400",
          "1e-400",
          "1e999999999",
          "1e-999999999",
          "99999999999999.9999",
          "-99999999999999.9999",
          "100000000000000",
          "2147483647",
          "2147483648",
          "-2147483649",
          "9223372036854775808",
          "9".repeat(39),
          "9".repeat(400),
          "0".repeat(300) + "1",
          "NaN",
          "nan",
          "Infinity",
          "-inf",
          "0x10",
          "0x1p3",
          "12d",
          "12f",
          "12L",
          "1_000",
          "1,234.50",
          "1.234,50",
          "12 %",
          "$12",
          "(12)",
          "12-",
          "--12",
          "1 2",
          "\u0661\u0662",
          "\uFF11\uFF12",
          "\u221212",
          "12\u00A0",
          "\t12",
          "true");

  private static final List<String> TIMES =
      List.of(
          "2024-02-29 12:00:00",
          "2023-02-29 12:00:00",
          "1900-02-29",
          "2024-1-5",
          "2024-01-05T10:00:00Z",
          "2024-01-05T10:00:00+14:00",
          "2024-01-05T10:00:00+25:00",
          "2024-01-05 10:00:00 Europe/Paris",
          "2024-01-05 10:00:00 Mars/Phobos",
          "2024-01-05 10:00:00.123456789",
          "2024-01-05 24:00:00",
          "2024-01-05 23:59:60",
          "2024-01-05 99:99",
          "2024-01-05 10",
          "2024-01-05T",
          "2024-01-05 in the morning",
          "2024-01-05; drop table transactions",
          "2024-03-31 02:30:00",
          "2024-10-27 02:30:00",
          "2024-00-10",
          "2024-13-10",
          "2024-01-32",
          "0000-01-01",
          "0001-01-01 00:00:00",
          "1582-10-10",
          "1969-12-31 23:59:59",
          "1989-12-31 23:59:59",
          "2100-01-01 00:00:00",
          "9999-12-31 23:59:59",
          "10000-01-01",
          "999999-12-31",
          "-2024-01-05",
          "+2024-01-05",
          "05.01.2024",
          "01/05/2024",
          "20240105",
          "1704412800",
          "2024",
          "10:30",
          "now",
          "today",
          "epoch",
          "infinity");

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "\t",
          "\u00A0",
          "\uFEFFx",
          "  x  ",
          "null",
          "NULL",
          "N/A",
          "-",
          "\\N",
          "#REF!",
          "=1+1",
          "@x",
          "'",
          "\"",
          "\"\"",
          "a\"b",
          "\"x\"",
          "a,b;c|d",
          "\\",
          "\\\"",
          "'; drop table transactions; --",
          "' or '1'='1",
          "${DB_PASSWORD}",
          "{\"a\":1}",
          "[1,2]",
          "<a>&amp;</a>",
          "../../etc/passwd",
          "\u0000",
          "x\u0000y",
          "\u0001\u0007\u001B[31m",
          "\u0085\u2028\u2029",
          "\u200B",
          "\u202Eabc",
          "e\u0301\u0302\u0303",
          "\uD83D\uDE00",
          "\u0130I\u0131i\u00DF",
          "true",
          "YES",
          "x".repeat(100_000));

  private static final String SIGNS =
      "0123456789abcxyz ABC.,;:-+_/\\'\"`()[]{}<>|#%&*?!=~^$@\t\u0000\u007F\u00A0\u00E9\u20AC";

  private final Random random;

  Spoiling(Random random) {
    this.random = random;
  }

  /** A value in the place of a good one: of another kind, or the good one after a slip. */
  String value(String good) {
    return switch (random.nextInt(8)) {
      case 0, 1 -> any(NUMBERS);
      case 2, 3 -> any(TIMES);
      case 4 -> any(TEXTS);
      default -> slipped(good);
    };
  }

  /** One of them all. */
  <T> T any(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  /** Whether something happens that happens once in so many times. */
  boolean oneIn(int times) {
    return random.nextInt(times) == 0;
  }

  /** A number below the given one. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  /** With one sign more, less or other. */
  String slipped(String good) {
    int at = random.nextInt(good.length() + 1);
    int rest = Math.min(good.length(), at + random.nextInt(2));
    String sign = String.valueOf(SIGNS.charAt(random.nextInt(SIGNS.length())));
    return good.substring(0, at) + (random.nextInt(3) == 0 ? "" : sign) + good.substring(rest);
  }

  /** With one to three bytes more, less or other. */
  byte[] bytes(byte[] good) {
    byte[] bytes = good;
    for (int slips = 1 + random.nextInt(3); slips > 0; slips--) {
      bytes = slipped(bytes);
    }
    return bytes;
  }

  private byte[] slipped(byte[] good) {
    int at = random.nextInt(good.length);
    int kept = at + random.nextInt(2);
    int added = random.nextInt(4) == 0 ? 0 : 1;
    byte[] slipped = new byte[at + added + good.length - kept];
    System.arraycopy(good, 0, slipped, 0, at);
    if (added == 1) {
      slipped[at] = (byte) random.nextInt(256);
    }
    System.arraycopy(good, kept, slipped, at + added, good.length - kept);
    return slipped;
  }
}
