//! XML: elements and attributes.

use super::{Camel, Case, Dotted, Pascal, Snake, Upper, assert_found, assert_quiet};

const ELEMENTS: [(Case, &str); 22] = [
    (Camel, "<property name=\"NAME\"><value>VALUE</value></property>"),
    (Camel, "<property name=\"NAME\">\n    <value>\n      VALUE\n    </value>\n  </property>"),
    (Dotted, "<property name=\"NAME\"><value><![CDATA[VALUE]]></value></property>"),
    (Camel, "<NAME>\n  <![CDATA[VALUE]]>\n</NAME>"),
    (Pascal, "<data name=\"NAME\" xml:space=\"preserve\">\n    <value>VALUE</value>\n  </data>"),
    (Pascal, "<setting name=\"NAME\" serializeAs=\"String\"><value>VALUE</value></setting>"),
    (Camel, "<acm:NAME>VALUE</acm:NAME>"),
    (Pascal, "<wsse:NAME Type=\"http://docs.oasis-open.org/wss#PasswordText\">VALUE</wsse:NAME>"),
    (Snake, "<NAME>VALUE</NAME>"),
    (Dotted, "<entry key=\"NAME\">VALUE</entry>"),
    (Camel, "<entry key=\"NAME\"><value type=\"java.lang.String\">VALUE</value></entry>"),
    (Camel, "<entry>\n  <string>NAME</string>\n  <string>VALUE</string>\n</entry>"),
    (Pascal, "<NAME>\n    <Value>VALUE</Value>\n    <PlainText>true</PlainText>\n  </NAME>"),
    (Dotted, "<property>\n  <name>fs.NAME</name>\n  <value>VALUE</value>\n</property>"),
    (
        Dotted,
        "<property>\n  <name>NAME</name>\n  <description>for the store</description>\n  \
         <value>VALUE</value>\n</property>",
    ),
    (Camel, "<param-name>NAME</param-name>\n  <param-value>VALUE</param-value>"),
    (Upper, "<name>NAME</name>\n  <description/>\n  <defaultValue>VALUE</defaultValue>"),
    (
        Upper,
        "<env-entry-name>NAME</env-entry-name>\n  <env-entry-type>java.lang.String</env-entry-type>\
         \n  <env-entry-value>VALUE</env-entry-value>",
    ),
    (Pascal, "<setHeader name=\"NAME\"><constant>VALUE</constant></setHeader>"),
    (Snake, "<string name=\"NAME\" translatable=\"false\">VALUE</string>"),
    (Pascal, "<key>NAME</key>\n\t<string>VALUE</string>"),
    (Camel, "<job-data><entry><key>NAME</key><value>VALUE</value></entry></job-data>"),
];

const ATTRIBUTES: [(Case, &str); 9] = [
    (Pascal, "<meta-data android:name=\"com.acme.NAME\" android:value=\"VALUE\"/>"),
    (Snake, "<meta-data\n    android:name=\"com.acme.NAME\"\n    android:value=\"VALUE\" />"),
    (Upper, "<meta-data android:value=\"VALUE\" android:name=\"com.acme.NAME\" />"),
    (
        Pascal,
        "<meta-data android:name=\"com.acme.NAME\" android:exported=\"false\" \
         tools:replace=\"android:value\" android:value=\"VALUE\"/>",
    ),
    (Camel, "<Environment name=\"NAME\" type=\"java.lang.String\" value=\"VALUE\"/>"),
    (Camel, "<Parameter value=\"VALUE\" override=\"false\" name=\"NAME\"/>"),
    (Pascal, "<add key=\"NAME\"\n     value=\"VALUE\" />"),
    (Camel, "<bean id=\"ds\" p:url=\"u\" p:NAME=\"VALUE\"/>"),
    (Upper, "<env name=\"NAME\" value=\"VALUE\" force=\"true\"/>"),
];

#[test]
fn values_of_elements_are_found() {
    assert_found(&ELEMENTS);
}

#[test]
fn values_of_attributes_are_found() {
    assert_found(&ATTRIBUTES);
}

#[test]
fn templates_types_and_texts_in_tags_are_quiet() {
    assert_quiet(&[
        "<password>${db.password1.k9x2}</password>",
        "<property name=\"password\"><value>${jdbc.k9x2q7}</value></property>",
        "<property name=\"password\"><value>#{systemProperties['k9x2q7']}</value></property>",
        "<password>{encryptedK9x2q7}</password>",
        "<Password>getPassword2(user)</Password>",
        "<Token>{token2Value}</Token>",
        "const found = new Promise<Token>(resolve => start(resolve));",
        "List<acm::Password> all = read<acm::Password>(file2Name);",
        "<label name=\"password\" class=\"wide\">Enter your new password</label>",
        "<input name=\"password\" type=\"password\" placeholder=\"k9x2\" value=\"\">",
        "<meta-data android:name=\"com.acme.ApiKey\" android:value=\"@string/api_key2\"/>",
        "<property>\n  <name>token</name>\n  <value>org.acme.auth2.TokenStore</value>\n</property>",
        "<string name=\"api_key_hint\" translatable=\"false\">32 characters</string>",
        "<entry key=\"password\"><value>changeit1</value></entry>",
        "<name>token-store</name>\n<url>https://acme.test/q7Rz0P<>k3LmX9vTn2</url>",
    ]);
}
