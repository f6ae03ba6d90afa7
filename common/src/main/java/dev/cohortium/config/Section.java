package dev.cohortium.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * A section of a document while it is read. What is asked for is known; every other key is refused
 * at the end. A wrong value becomes a problem, and reading goes on with the default.
 */
final class Section {
  private static final ConfigObject NOTHING = ConfigFactory.empty().root();

  private final List<String> path;
  private final ConfigObject given;
  private final ConfigObject defaults;
  private final Problems problems;
  private final Set<String> known = new TreeSet<>();
  private final Map<String, Section> sections = new TreeMap<>();
  private final Map<String, ConfigObject> wholes = new TreeMap<>();

  private Section(List<String> path, ConfigObject given, ConfigObject defaults, Problems problems) {
    this.path = path;
    this.given = given;
    this.defaults = defaults;
    this.problems = problems;
  }

  /** The whole study. */
  static Section root(ConfigObject given, ConfigObject defaults, Problems problems) {
    return new Section(List.of(), given, defaults, problems);
  }

  /** Whether the study itself says anything under {@code key}; a null says nothing. */
  boolean has(String key) {
    return isSaid(given.get(key));
  }

  /** Whether the study itself has this section. */
  boolean isGiven() {
    return given != NOTHING;
  }

  /** The keys that the study itself has here, right or wrong. */
  Set<String> keys() {
    return new TreeSet<>(given.keySet());
  }

  /** The value of {@code key}: the study's, else the default. */
  <T> Optional<T> value(String key, Kind<T> kind) {
    known.add(key);
    Optional<T> said = has(key) ? read(pathOf(key), given.get(key), kind) : Optional.empty();
    return said.or(
        () ->
            isSaid(defaults.get(key))
                ? read(pathOf(key), defaults.get(key), kind)
                : Optional.empty());
  }

  /** The value of a key that the study must have. */
  <T> Optional<T> required(String key, Kind<T> kind) {
    if (!has(key)) {
      refuse(key, "is missing; it must be " + kind.allowed());
    }
    return value(key, kind);
  }

  /** The values of {@code key}, each once; one value may stand without brackets. */
  <T> List<T> list(String key, Kind<T> kind) {
    known.add(key);
    ConfigValue value = has(key) ? given.get(key) : defaults.get(key);
    if (!isSaid(value)) {
      return List.of();
    }
    Set<T> elements = new LinkedHashSet<>();
    for (ConfigValue element : elements(value)) {
      read(pathOf(key), element, kind).ifPresent(elements::add);
    }
    return List.copyOf(elements);
  }

  /** The values of a key that must have at least one. */
  <T> List<T> someOf(String key, Kind<T> kind) {
    List<T> elements = list(key, kind);
    if (has(key) && elements(given.get(key)).isEmpty()) {
      problems.addKey(pathOf(key), given.get(key), "is empty; give at least " + kind.allowed());
    }
    return elements;
  }

  /** The section under {@code key}, always the same; empty where the study has none. */
  Section section(String key) {
    known.add(key);
    if (!sections.containsKey(key)) {
      sections.put(key, below(key));
    }
    return sections.get(key);
  }

  /** The section under {@code key}, which as a whole takes the place of the documented one. */
  Section choices(String key) {
    Section said = section(key);
    boolean isDocumented = !has(key) && defaults.get(key) instanceof ConfigObject;
    Section whole =
        new Section(said.path, isDocumented ? said.defaults : said.given, NOTHING, problems);
    sections.put(key, whole);
    wholes.put(key, whole.given);
    return whole;
  }

  private Section below(String key) {
    if (has(key) && !(given.get(key) instanceof ConfigObject)) {
      problems.addValue(pathOf(key), given.get(key), "must be a section { ... }");
    }
    List<String> pathBelow = new ArrayList<>(path);
    pathBelow.add(key);
    return new Section(
        List.copyOf(pathBelow),
        given.get(key) instanceof ConfigObject object ? object : NOTHING,
        defaults.get(key) instanceof ConfigObject object ? object : NOTHING,
        problems);
  }

  /** The sections whose names the user chooses, in alphabetical order. */
  Map<String, Section> sections(Kind<String> name) {
    Map<String, Section> named = new TreeMap<>();
    eachKey(name, (key, value) -> named.put(key, section(key)));
    return Collections.unmodifiableMap(named);
  }

  /** The values whose names the user chooses, in alphabetical order. */
  <T> Map<String, T> values(Kind<String> name, Kind<T> kind) {
    Map<String, T> named = new TreeMap<>();
    eachKey(name, (key, value) -> value(key, kind).ifPresent(v -> named.put(key, v)));
    return Collections.unmodifiableMap(named);
  }

  /** Everything below as texts, by dotted name: a reader's options, which may have dots. */
  Map<String, String> texts() {
    Map<String, String> texts = new TreeMap<>();
    eachKey(Kind.TEXT, (key, value) -> addTexts(texts, key, value));
    return Collections.unmodifiableMap(texts);
  }

  /** Says that something is wrong under {@code key}, or missing there. */
  void refuse(String key, String sentence) {
    known.add(key);
    if (!has(key)) {
      problems.add(pathOf(key), sentence);
    } else if (!isText(given.get(key))) {
      problems.addKey(pathOf(key), given.get(key), sentence);
    } else {
      problems.addValue(pathOf(key), given.get(key), sentence);
    }
  }

  /** Takes whatever stands under {@code key}: the user's own, for ${...} to refer to. */
  void takeAsItIs(String key) {
    known.add(key);
  }

  /** Refuses what nobody asked for, here and below. */
  void refuseUnknown() {
    for (String key : keys()) {
      if (!known.contains(key)) {
        problems.addKey(
            pathOf(key),
            given.get(key),
            "is not a key here; "
                + Nearest.to(key, known)
                    .map(near -> "did you mean " + near + "?")
                    .orElse("known are " + String.join(", ", known)));
      }
    }
    sections.values().forEach(Section::refuseUnknown);
  }

  /** Everything that holds here, defaults included, as JSON. */
  String json() {
    ConfigObject all = given.withFallback(defaults);
    for (Map.Entry<String, ConfigObject> whole : wholes.entrySet()) {
      all = all.withValue(whole.getKey(), whole.getValue());
    }
    return all.render(ConfigRenderOptions.concise().setFormatted(true));
  }

  /** The text of a value that is neither a section nor a list, as it was written. */
  static String text(ConfigValue value) {
    return value.valueType() == ConfigValueType.NULL
        ? "null"
        : value.atKey("value").getString("value");
  }

  private static boolean isSaid(ConfigValue value) {
    return value != null && value.valueType() != ConfigValueType.NULL;
  }

  private static boolean isText(ConfigValue value) {
    return switch (value.valueType()) {
      case OBJECT, LIST, NULL -> false;
      case STRING, NUMBER, BOOLEAN -> true;
    };
  }

  private static List<? extends ConfigValue> elements(ConfigValue value) {
    return value instanceof ConfigList list ? list : List.of(value);
  }

  private <T> Optional<T> read(String at, ConfigValue value, Kind<T> kind) {
    Optional<T> read = isText(value) ? kind.parse().apply(text(value)) : Optional.empty();
    if (read.isEmpty()) {
      problems.addValue(
          at, value, isText(value) ? kind.advice(text(value)) : "must be " + kind.allowed());
    }
    return read;
  }

  private void eachKey(Kind<String> name, BiConsumer<String, ConfigValue> use) {
    for (String key : keys()) {
      known.add(key);
      if (name.parse().apply(key).isEmpty()) {
        problems.addKey(pathOf(key), given.get(key), "its name " + name.advice(key));
      } else if (has(key)) {
        use.accept(key, given.get(key));
      }
    }
  }

  private void addTexts(Map<String, String> texts, String name, ConfigValue value) {
    if (value instanceof ConfigObject object) {
      for (String key : new TreeSet<>(object.keySet())) {
        addTexts(texts, name + "." + key, object.get(key));
      }
    } else if (value.valueType() == ConfigValueType.LIST) {
      problems.addValue(pathOf(name), value, "must be one text");
    } else if (isSaid(value)) {
      texts.put(name, text(value));
    }
  }

  private String pathOf(String key) {
    List<String> whole = new ArrayList<>(path);
    whole.add(key);
    return ConfigUtil.joinPath(whole);
  }
}
