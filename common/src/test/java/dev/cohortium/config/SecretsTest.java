package dev.cohortium.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "password",
        "Password",
        "sslpassword",
        "passwd",
        "pwd",
        "passphrase",
        "clientSecret",
        "fs.s3a.secret.key",
        "fs.s3a.access.key",
        "fs.azure.account.key.shop",
        "accessToken",
        "private-key",
        "credentials"
      })
  void a_key_that_speaks_of_a_secret_is_known(String key) {
    assertThat(Secrets.speaksOf(key)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"url", "user", "header", "dbtable", "query", "path", "driver"})
  void an_ordinary_key_is_not_a_secret(String key) {
    assertThat(Secrets.speaksOf(key)).isFalse();
  }

  @Test
  void a_secret_is_hidden_wherever_it_stands() {
    Secrets secrets = Secrets.among(Map.of("password", "hunter2", "user", "ann"));

    assertThat(secrets.redact("ann:hunter2 was refused; hunter2 is wrong"))
        .isEqualTo("ann:*** was refused; *** is wrong");
  }

  @Test
  void a_secret_inside_a_longer_one_does_not_leave_the_rest() {
    Secrets secrets = Secrets.among(Map.of("password", "hunter", "token", "hunter2"));

    assertThat(secrets.redact("hunter2 and hunter")).isEqualTo("*** and ***");
  }

  @Test
  void a_blank_secret_hides_nothing() {
    assertThat(Secrets.among(Map.of("password", " ")).redact("a b")).isEqualTo("a b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "postgresql://ann:hunter2@shop/sales     | postgresql://ann:***@shop/sales",
        "redis://:hunter2@shop                   | redis://:***@shop",
        "postgresql://ann:hun@ter2@shop/sales    | postgresql://ann:***@shop/sales",
        "jdbc:oracle:thin:ann/hunter2@shop:1521  | jdbc:oracle:thin:ann/***@shop:1521",
        "jdbc:x://shop/a?user=u&password=hunter2 | jdbc:x://shop/a?user=u&password=***",
        "jdbc:x://shop;password=hunter2;user=u   | jdbc:x://shop;password=***;user=u",
        "jdbc:x://shop;PWD = 'hunter2 2';user=u  | jdbc:x://shop;PWD = ***;user=u",
        "Properties {user=u, sslpassword=hunter2} | Properties {user=u, sslpassword=***}",
        "{\"password\": \"hunter2\", \"user\": \"u\"} | {\"password\": ***, \"user\": \"u\"}",
        "fs.s3a.secret.key=hunter2               | fs.s3a.secret.key=***",
        "https://shop/sales?sig=hunter2          | https://shop/sales?sig=***",
        "jdbc:postgresql://shop:5432/sales       | jdbc:postgresql://shop:5432/sales",
        "password authentication failed for ann  | password authentication failed for ann"
      })
  void a_secret_inside_a_url_is_hidden(String text, String shown) {
    assertThat(Secrets.redactUrls(text)).isEqualTo(shown);
  }
}
