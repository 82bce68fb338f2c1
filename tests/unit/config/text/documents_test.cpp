// What is made from the table of keys: the default file, the effective configuration, the schema, the reference
// page.
#include "config/text/documents.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/base64.hpp"
#include "base/seeded_rng.hpp"
#include "config/text/keys.hpp"
#include "config/text/parse.hpp"

namespace config::text {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(DefaultFile, IsReadWithoutAWordAndHoldsTheDefaults) {
  const Parsed parsed = parse(default_file());
  EXPECT_THAT(parsed.diagnostics.items(), IsEmpty());
  ASSERT_TRUE(parsed.settings);
  EXPECT_THAT(changed_keys(Settings{}, *parsed.settings), ElementsAre(find_key("network", "addresses")));
  EXPECT_EQ(parsed.settings->network.addresses.size(), 2U);
}

TEST(ReferencePage, IsTheOneInTheDocs) {
  std::ifstream page{BF_SOURCE_DIR "/docs/configuration.md"};
  std::stringstream text;
  text << page.rdbuf();
  EXPECT_EQ(text.str(), reference_page()) << "btc-federation config --reference > docs/configuration.md";
}

TEST(EffectiveFile, TellsEveryValueAndItsOriginAndNoSecret) {
  base::SeededRng rng{7};
  const std::string key = base::to_base64(libp2p::Identity::generate(rng).private_key_bytes());
  const Parsed parsed =
      parse("network: { addresses: [/ip4/127.0.0.1/tcp/9000] }\nnode:\n  private_key: " + key + "\n",
            read_overrides({}, std::vector<std::string>{"logging.file_name=\"\\\x7f.log"}));
  ASSERT_TRUE(parsed.settings);
  const std::string text = effective_file(*parsed.settings, parsed.origins, "conf.yaml");
  EXPECT_THAT(text, HasSubstr("  private_key: (set)                              # conf.yaml:3\n"));
  EXPECT_THAT(text, HasSubstr("  addresses: [/ip4/127.0.0.1/tcp/9000]            # conf.yaml:1\n"));
  EXPECT_THAT(text, HasSubstr("  level: info                                     # default\n"));
  EXPECT_THAT(text, HasSubstr("  # --set logging.file_name\n"));
  EXPECT_THAT(text, Not(HasSubstr(key.substr(0, 12))));
  // It is the same configuration, but for the masked key.
  const Parsed again = parse(text.substr(0, text.find("(set)")) + "\"\"" + text.substr(text.find("(set)") + 5));
  ASSERT_TRUE(again.settings) << text;
  EXPECT_THAT(changed_keys(*parsed.settings, *again.settings), ElementsAre(find_key("node.private_key")));
}

TEST(JsonSchema, NamesEveryKeyAndItsBounds) {
  const std::string schema = json_schema();
  for (const Key& key : all_keys()) EXPECT_THAT(schema, HasSubstr("\"" + std::string{key.name} + "\": {"));
  EXPECT_THAT(schema, HasSubstr(R"("loops": {"type":"integer","minimum":1,"maximum":16,)"));
  EXPECT_THAT(schema, HasSubstr(R"("level": {"enum":["debug","info","warn","error"],)"));
  EXPECT_THAT(schema, HasSubstr(R"("required":["network"])"));
  EXPECT_THAT(schema, HasSubstr(R"("required":["addresses"])"));
}

TEST(DiagnosticsJson, HoldsEveryField) {
  const Parsed parsed = parse("logging: { level: \"\\\"x\" }\n",
                              read_overrides({}, std::vector<std::string>{"peers.max_connections=x"}));
  EXPECT_EQ(
      parsed.diagnostics.to_json("conf.yaml"),
      R"([{"severity":"error","file":"--set peers.max_connections","line":0,"column":0,)"
      R"("key":"peers.max_connections","message":"'x': not a whole number; expected whole number of connections, )"
      R"(1 to 65536"},{"severity":"error","file":"conf.yaml","line":1,"column":1,"key":"network.addresses",)"
      R"("message":"required: a list of addresses such as /ip4/0.0.0.0/tcp/9000, not empty"},)"
      R"({"severity":"error","file":"conf.yaml","line":1,"column":19,"key":"logging.level",)"
      R"("message":"'\"x'; expected one of debug, info, warn, error"}])");
  EXPECT_EQ(Diagnostics{}.to_json("f"), "[]");
}

}  // namespace
}  // namespace config::text
