// The detector that is built in, and the file that it was made from.
#include "detect/built_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <bit>

#include "detect/flat_weights.h"
#include "detect/test_support.h"

namespace vigia::detect {
namespace {

std::string sha256(const std::string& content) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EXPECT_EQ(EVP_Digest(content.data(), content.size(), digest.data(), &size, EVP_sha256(), nullptr), 1);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    constexpr const char* kDigits = "0123456789abcdef";
    text += {kDigits[digest[i] >> 4], kDigits[digest[i] & 15]};
  }
  return text;
}

// A change of the file requires a change of the READMEs.
TEST(BuiltIn, IsTheFileWhoseHashTheReadmesHave) {
  const std::string hash = sha256(read_all(VIGIA_MODEL_FILE));
  EXPECT_EQ(hash, "b86af4732ff5e3224a02bdb4abac7d389c5a28a96c5a843f38e74480d113e998");
  for (const char* readme : {VIGIA_README, VIGIA_TRAIN_README}) {
    EXPECT_THAT(read_all(readme), ::testing::HasSubstr(hash)) << readme;
  }
}

TEST(BuiltIn, HasTheWeightsOfTheFile) {
  const auto read = read_yunet(VIGIA_MODEL_FILE);
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_TRUE(built_in_weights() == *read);
  EXPECT_EQ(built_in_weights().name(), kBuiltInModel);
  const std::vector<float> numbers = flatten(*read);
  ASSERT_EQ(numbers.size(), built_in_words().size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    ASSERT_EQ(std::bit_cast<std::uint32_t>(numbers[i]), built_in_words()[i]) << i;
  }
}

TEST(FlatWeights, AreRefusedWhereTheyAreNotAllThere) {
  std::vector<float> numbers = flatten(built_in_weights());
  ASSERT_TRUE(unflatten(numbers));
  numbers.push_back(0);
  EXPECT_FALSE(unflatten(numbers));
  numbers.resize(numbers.size() - 2);
  const auto cut = unflatten(numbers);
  ASSERT_FALSE(cut);
  EXPECT_THAT(cut.error().text, ::testing::HasSubstr("are no YuNet-n"));
  EXPECT_FALSE(unflatten({}));
}

TEST(FlatWeights, OfYunetNComeBackAsTheyWere) {
  NEED_DATA();
  const auto weights = read_yunet(model_file("yunet_n_640_640.onnx"));
  ASSERT_TRUE(weights);
  EXPECT_FALSE(weights->is_vigia_n);
  EXPECT_TRUE(unflatten(flatten(*weights)).value() == *weights);
  EXPECT_FALSE(built_in_weights() == *weights);
}

}  // namespace
}  // namespace vigia::detect
