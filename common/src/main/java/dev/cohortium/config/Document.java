package dev.cohortium.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kinds of text that a user writes in HOCON, and how messages speak of each. */
enum Document {
  STUDY(
      "Study",
      "--study",
      "conf/foodmart.conf",
      "reference.conf",
      "--set ",
      " Write at least study, currency and sources.transactions;"),
  WORLD("World", "--conf", "conf/club-world.conf", "world-reference.conf", "--", "");

  private final String noun;
  private final String option;
  private final String example;
  private final String reference;
  private final String setting;
  private final String least;

  Document(
      String noun, String option, String example, String reference, String setting, String least) {
    this.noun = noun;
    this.option = option;
    this.example = example;
    this.reference = reference;
    this.setting = setting;
    this.least = least;
  }

  /** As a sentence begins: Study. */
  String noun() {
    return noun;
  }

  /** The page that describes every key. */
  String page() {
    return "conf/" + reference;
  }

  /** How a value from the command line names its origin. */
  String setting(String key) {
    return setting + key;
  }

  /** Whether {@code origin} is the command line. */
  static boolean isSetting(String origin) {
    return origin.startsWith("--");
  }

  /** What to do about a file that says nothing; empty where that is allowed. */
  String least() {
    return least;
  }

  /** The documented defaults. */
  ConfigObject defaults() {
    return ConfigFactory.parseResources(
            Document.class, reference, ConfigParseOptions.defaults().setAllowMissing(false))
        .root();
  }

  /** The text of {@code file}. */
  String text(Path file) {
    String what = noun.toLowerCase(java.util.Locale.ROOT);
    if (!Files.exists(file)) {
      throw new UserFault(
          "There is no " + what + " " + file + ". Name its file with " + option + ".");
    }
    if (Files.isDirectory(file)) {
      throw new UserFault(
          file
              + " is a folder. Name the "
              + what
              + "'s file with "
              + option
              + ", such as "
              + example
              + ".");
    }
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new UserFault(noun + " " + file + " is not a text in UTF-8. Save it as UTF-8.", e);
    } catch (IOException e) {
      throw new UserFault(noun + " " + file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
