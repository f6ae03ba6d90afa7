package dev.cohortium.config;

import com.typesafe.config.ConfigResolver;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.List;
import java.util.Map;

/** Gives ${NAME} its value where the study itself has no such key. */
record Variables(Map<String, String> values) implements ConfigResolver {
  /** How a value from the environment names its origin. */
  static final String ORIGIN = "environment";

  @Override
  public ConfigValue lookup(String path) {
    List<String> names = ConfigUtil.splitPath(path);
    String value = names.size() == 1 ? values.get(names.get(0)) : values.get(path);
    return value == null ? null : ConfigValueFactory.fromAnyRef(value, ORIGIN);
  }

  @Override
  public ConfigResolver withFallback(ConfigResolver fallback) {
    return this;
  }
}
