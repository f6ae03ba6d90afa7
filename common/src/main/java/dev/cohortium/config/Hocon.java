package dev.cohortium.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a document once, from HOCON: parsed, overridden, its variables resolved. A document is one
 * file: it travels to a cluster alone, so it includes no other.
 *
 * @param origin names the document in messages
 */
record Hocon(Document document, String origin) {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");

  /**
   * What {@code typed} makes of the root section. Every problem that it notes is reported together.
   *
   * @param settings {@code key=value} each, later ones first; a value that begins with [, { or " is
   *     HOCON, any other is taken as it is
   * @param environment the variables that ${NAME} and ${?NAME} may name
   * @throws UserFault if anything is wrong with it
   */
  static <T> T read(
      Hocon hocon,
      String text,
      List<String> settings,
      Map<String, String> environment,
      BiFunction<Section, Problems, T> typed) {
    try {
      return hocon.read(text, settings, environment, typed);
    } catch (StackOverflowError e) {
      // HOCON is parsed by recursion, and no depth is refused before.
      throw new UserFault(
          hocon.document.noun() + " " + hocon.origin + " is nested too deeply to be read.", e);
    }
  }

  private <T> T read(
      String text,
      List<String> settings,
      Map<String, String> environment,
      BiFunction<Section, Problems, T> typed) {
    Config written = parsed(text);
    if (written.isEmpty() && settings.isEmpty() && !document.least().isEmpty()) {
      throw new UserFault(
          document.noun()
              + " "
              + origin
              + " is empty."
              + document.least()
              + " "
              + document.page()
              + " describes every key.");
    }
    Map<String, String> standIns = new LinkedHashMap<>();
    Config resolved = resolved(with(settings, written), environment, standIns);
    Map<String, String> texts = new LinkedHashMap<>();
    addTexts(texts, "", resolved.root());
    Problems problems = new Problems(this, Secrets.among(texts), Set.copyOf(standIns.values()));
    standIns
        .keySet()
        .forEach(
            name ->
                problems.add(
                    "${" + name + "}",
                    "has no value; set " + name + " in the environment of this command"));
    return typed.apply(Section.root(resolved.root(), document.defaults(), problems), problems);
  }

  private Config parsed(String hocon) {
    try {
      return ConfigFactory.parseString(
          hocon,
          ConfigParseOptions.defaults()
              .setOriginDescription(origin)
              .setIncluder(new NoIncludes(document, origin)));
    } catch (ConfigException e) {
      throw new UserFault(
          document.noun()
              + " "
              + origin
              + " is not HOCON: "
              + detail(e, hocon)
              + ". Correct it there.");
    }
  }

  /** What the parser says, unless it may be quoting a secret; so it is no cause either. */
  private String detail(ConfigException e, String hocon) {
    int line = e.origin() == null ? 0 : e.origin().lineNumber();
    String place = line > 0 ? "line " + line + ": " : "";
    String prefix = e.origin() == null ? "" : e.origin().description() + ": ";
    String said = e.getMessage().replace(prefix, "").replaceAll("\\s+", " ").strip();
    String near =
        hocon.lines().skip(Math.max(0, line - 2)).limit(2).reduce("", (a, b) -> a + "\n" + b);
    return place
        + (Secrets.speaksOf(said) || Secrets.speaksOf(near)
            ? "(not quoted, it may be a secret)"
            : Secrets.redactUrls(said).replaceAll("\\.$", ""));
  }

  private Config with(List<String> settings, Config written) {
    Config config = written;
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw new UserFault(
            "--set "
                + (Secrets.speaksOf(setting) ? "***" : setting)
                + " names no key or no value. Write --set key=value, such as --set as-of=2024-03.");
      }
      String key = setting.substring(0, equals).strip();
      config = withValue(key, setting.substring(equals + 1)).withFallback(config);
    }
    return config;
  }

  private Config withValue(String key, String value) {
    try {
      boolean isHocon = value.startsWith("[") || value.startsWith("{") || value.startsWith("\"");
      ConfigValue parsed =
          isHocon
              ? ConfigFactory.parseString(
                      "value = " + value,
                      ConfigParseOptions.defaults()
                          .setOriginDescription(document.setting(key))
                          .setIncluder(new NoIncludes(document, document.setting(key))))
                  .root()
                  .get("value")
              : ConfigValueFactory.fromAnyRef(value, document.setting(key));
      return ConfigFactory.empty().withValue(key, parsed);
    } catch (ConfigException e) {
      throw new UserFault(
          document.setting(key)
              + " is not HOCON: "
              + detail(e, key + "\n" + value)
              + ". Correct it there.");
    }
  }

  /**
   * The document with its ${NAME} and ${?NAME} replaced. A variable without a value becomes a
   * stand-in, so that whatever else is wrong is found as well.
   */
  private Config resolved(
      Config written, Map<String, String> environment, Map<String, String> standIns) {
    while (true) {
      Map<String, String> values = new LinkedHashMap<>(environment);
      values.putAll(standIns);
      try {
        return written.resolve(
            ConfigResolveOptions.defaults()
                .setUseSystemEnvironment(false)
                .appendResolver(new Variables(values)));
      } catch (ConfigException.UnresolvedSubstitution e) {
        Matcher variable = VARIABLE.matcher(e.getMessage());
        if (!variable.find() || standIns.put(variable.group(1), variable.group()) != null) {
          throw new UserFault(
              document.noun()
                  + " "
                  + origin
                  + " refers to itself in a circle: "
                  + Secrets.redactUrls(e.getMessage()));
        }
      } catch (ConfigException e) {
        throw new UserFault(
            document.noun()
                + " "
                + origin
                + " is not HOCON: "
                + detail(e, "")
                + ". Correct it there.");
      }
    }
  }

  private void addTexts(Map<String, String> texts, String path, ConfigValue value) {
    switch (value.valueType()) {
      case OBJECT ->
          ((ConfigObject) value).forEach((key, below) -> addTexts(texts, path + "." + key, below));
      case LIST -> {
        ConfigList list = (ConfigList) value;
        for (int i = 0; i < list.size(); i++) {
          addTexts(texts, path + "." + i, list.get(i));
        }
      }
      case NULL -> {}
      case STRING, NUMBER, BOOLEAN -> texts.put(path, Section.text(value));
    }
  }
}
