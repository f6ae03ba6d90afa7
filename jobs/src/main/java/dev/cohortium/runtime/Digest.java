package dev.cohortium.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A name for a text that does not tell it: SHA-256, in hexadecimal digits. */
public final class Digest {
  private static final int SHORT = 16;

  private Digest() {}

  /** The first 16 digits. */
  public static String of(String text) {
    return whole(text).substring(0, SHORT);
  }

  /** All 64 digits, as Spark's {@code sha2(text, 256)}. */
  public static String whole(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
