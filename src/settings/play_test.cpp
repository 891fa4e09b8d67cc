#include "settings/play.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigia::settings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(PlayTest, OnlyWhatIsListedIsUsedAndTheRestIsNamed) {
  std::map<std::string, std::string> environment{{"VIGIA_MODEL_DIR", "models"},
                                                 {"FINDFACE_URL", "https://f"},
                                                 {"FINDFACE_USER", "vigia"},
                                                 {"VIGIA_DELIVERY_WEBHOOK_URL", "https://h"},
                                                 {"VIGIA_A_KEY_OF_TOMORROW", "1"}};
  const auto left_out = leave_out_in_play(environment);
  EXPECT_THAT(left_out, ElementsAre("FINDFACE_URL", "VIGIA_A_KEY_OF_TOMORROW", "VIGIA_DELIVERY_WEBHOOK_URL"));
  EXPECT_EQ(environment,
            (std::map<std::string, std::string>{{"VIGIA_MODEL_DIR", "models"}, {"FINDFACE_USER", "vigia"}}));
  EXPECT_THAT(left_out_text(left_out), HasSubstr("FINDFACE_URL, VIGIA_A_KEY_OF_TOMORROW"));
  EXPECT_EQ(left_out_text({}), "");
}

}  // namespace
}  // namespace vigia::settings
