package dev.cohortium.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Keeps passwords out of whatever a person, a log or a table gets to see. */
public final class Secrets {
  private static final Pattern SECRET_KEY =
      Pattern.compile(
          "(?i)(password|passwd|passphrase|pwd|secret|token|credential|private.?key|access.?key|account.?key|sas)");

  /** The value of a secret that stands inside a URL: user:VALUE@host, password=VALUE. */
  private static final Pattern IN_URL =
      Pattern.compile(
          "(?i)("
              + "(?:password|passwd|passphrase|pwd|secret|token|credential|access.?key|account.?key|sig)[\\w.-]*"
              + "(?:[\"']?\\s*=|[\"']\\s*:)\\s*)(\"[^\"]*\"|'[^']*'|[^;&\\s'\",)}]+)"
              + "|(//[^/:@\\s]*:|thin:[^/@\\s]+/)(\\S+)(?=@)");

  private final List<String> values;

  private Secrets(List<String> values) {
    this.values = values;
  }

  /** The secrets among the options of {@code sources}: every value whose key speaks of one. */
  public static Secrets of(Collection<Source> sources) {
    return of(sources.stream().flatMap(source -> source.options().entrySet().stream()));
  }

  /** The secrets among {@code values}: every value whose key speaks of one. */
  static Secrets among(Map<String, String> values) {
    return of(values.entrySet().stream());
  }

  private static Secrets of(Stream<Map.Entry<String, String>> values) {
    return new Secrets(
        values
            .filter(value -> speaksOf(value.getKey()))
            .map(Map.Entry::getValue)
            .filter(value -> !value.isBlank())
            .distinct()
            // A secret may be part of a longer one.
            .sorted(
                Comparator.comparingInt(String::length)
                    .reversed()
                    .thenComparing(Comparator.naturalOrder()))
            .toList());
  }

  /** Whether {@code key} is the name of a secret, or has one in it. */
  public static boolean speaksOf(String key) {
    return SECRET_KEY.matcher(key).find();
  }

  /** {@code text} with every secret replaced by ***. */
  public String redact(String text) {
    String redacted = text;
    for (String value : values) {
      redacted = redacted.replace(value, "***");
    }
    return redactUrls(redacted);
  }

  /** {@code text} with the secrets that stand inside URLs replaced by ***. */
  public static String redactUrls(String text) {
    return IN_URL.matcher(text).replaceAll("$1$3***");
  }
}
