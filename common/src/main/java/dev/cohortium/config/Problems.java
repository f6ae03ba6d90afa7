package dev.cohortium.config;

import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Everything that is wrong with a document, one line each, with key, value, place and what to do.
 */
final class Problems {
  private static final int LONGEST_VALUE = 60;

  private final Hocon hocon;
  private final Secrets secrets;

  /** Stand-ins of variables without a value; what is wrong with them has been said. */
  private final Set<String> standIns;

  private final Set<String> lines = new LinkedHashSet<>();

  Problems(Hocon hocon, Secrets secrets, Set<String> standIns) {
    this.hocon = hocon;
    this.secrets = secrets;
    this.standIns = standIns;
  }

  /** Something is missing, or wrong with several values at once. */
  void add(String path, String sentence) {
    lines.add(path + ": " + sentence);
  }

  /** Something is wrong with the key, whatever its value. */
  void addKey(String path, ConfigValue value, String sentence) {
    lines.add(path + where(value.origin()) + ": " + sentence);
  }

  /** Something is wrong with the value. */
  void addValue(String path, ConfigValue value, String sentence) {
    String shown = shown(path, value);
    if (standIns.stream().noneMatch(shown::contains)) {
      lines.add(path + " = " + shown + where(value.origin()) + ": " + sentence);
    }
  }

  /**
   * Refuses the document if anything was added.
   *
   * @throws UserFault with all of it
   */
  void refuseIfAny() {
    if (!lines.isEmpty()) {
      throw new UserFault(
          hocon.document().noun()
              + " "
              + hocon.origin()
              + (lines.size() == 1 ? " has a problem:" : " has " + lines.size() + " problems:")
              + "\n  "
              + String.join("\n  ", lines)
              + "\n"
              + hocon.document().page()
              + " describes every key.");
    }
  }

  private String where(ConfigOrigin place) {
    if (Document.isSetting(place.description())) {
      return " (" + place.description().replaceFirst("^(--set) .*", "$1") + ")";
    }
    if (place.description().equals(Variables.ORIGIN)) {
      return " (" + Variables.ORIGIN + ")";
    }
    return place.lineNumber() > 0 ? " (line " + place.lineNumber() + ")" : "";
  }

  private String shown(String path, ConfigValue value) {
    return switch (value.valueType()) {
      case OBJECT -> "a section";
      case LIST -> "a list";
      case STRING, NUMBER, BOOLEAN, NULL ->
          Secrets.speaksOf(path) ? "***" : shortened(secrets.redact(Section.text(value)));
    };
  }

  private static String shortened(String text) {
    String line = text.replaceAll("\\s+", " ");
    return line.length() <= LONGEST_VALUE ? line : line.substring(0, LONGEST_VALUE) + "...";
  }
}
