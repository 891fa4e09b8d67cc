// The CPU's precisions and the setting's words. ctest runs these twice: as they are, and (detect_avx2.*) with
// oneDNN limited to AVX2, which has no bf16.
#include "detect/precision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace vigia::detect {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

bool held_to_avx2() {
  const char* isa = std::getenv("ONEDNN_MAX_CPU_ISA");
  return isa != nullptr && std::string(isa) == "AVX2";
}

bool kernel_says_bf16() {
  std::ifstream cpus("/proc/cpuinfo");
  std::string line;
  while (std::getline(cpus, line)) {
    if (line.starts_with("flags")) return line.find(" avx512_bf16") != std::string::npos;
  }
  return false;
}

TEST(Precision, IsWhatTheCpuHasUnlessOnednnIsHeldToLess) {
  EXPECT_EQ(cpu_has_bf16(), kernel_says_bf16() && !held_to_avx2());
}

TEST(Precision, AutoLeavesTheChoiceWhereThereIsOne) {
  const auto candidates = precisions_for("auto");
  ASSERT_TRUE(candidates);
  EXPECT_EQ(candidates->size(), cpu_has_bf16() ? 2U : 1U);
  EXPECT_THAT(*candidates, Contains(Precision::f32));
}

TEST(Precision, F32IsAlwaysThere) {
  const auto candidates = precisions_for("f32");
  ASSERT_TRUE(candidates);
  EXPECT_THAT(*candidates, ElementsAre(Precision::f32));
}

TEST(Precision, Bf16IsRefusedInOneLineWhereTheCpuLacksIt) {
  const auto chosen = precisions_for("bf16");
  ASSERT_EQ(chosen.ok(), cpu_has_bf16());
  if (chosen) {
    EXPECT_THAT(*chosen, ElementsAre(Precision::bf16));
    return;
  }
  EXPECT_EQ(chosen.error().code, ErrorCode::invalid);
  EXPECT_THAT(chosen.error().text, HasSubstr("detector.precision bf16"));
  EXPECT_THAT(chosen.error().text, HasSubstr("use auto or f32"));
  EXPECT_EQ(chosen.error().text.find('\n'), std::string::npos);
}

TEST(Precision, OtherWordsAreRefused) {
  const auto chosen = precisions_for("int8");
  ASSERT_FALSE(chosen);
  EXPECT_THAT(chosen.error().text, HasSubstr("auto, f32 or bf16"));
}

}  // namespace
}  // namespace vigia::detect
