#include "settings/value.h"

#include <gtest/gtest.h>

#include <limits>

namespace vigia::settings {
namespace {

template <class T>
std::optional<T> read(const std::string& text) {
  T value{};
  return parse(RawValue::text(text), &value) ? std::nullopt : std::optional<T>(value);
}
template <class T>
Wrong wrong(const std::string& text) {
  T value{};
  return parse(RawValue::text(text), &value).value_or(Wrong{"nothing", "nothing"});
}

TEST(ValueTest, Booleans) {
  EXPECT_EQ(read<bool>("true"), true);
  EXPECT_EQ(read<bool>(" False "), false);
  EXPECT_EQ(read<bool>("1"), std::nullopt);
  EXPECT_EQ(wrong<bool>("off").meant, "false");
  EXPECT_EQ(wrong<bool>("maybe").meant, "");
}

TEST(ValueTest, WholeNumbers) {
  EXPECT_EQ(read<int>("-7"), -7);
  EXPECT_EQ(read<int>("2147483647"), 2147483647);
  for (const char* text : {"", "2147483648", "7.0", "7x", "+7", "0x10", "1e3", "seven", "--7", "7 7"}) {
    EXPECT_EQ(read<int>(text), std::nullopt) << text;
  }
  EXPECT_EQ(wrong<int>("60px").meant, "60");
  EXPECT_EQ(wrong<int>("9999999999").what, "is too large a number");
}

TEST(ValueTest, Numbers) {
  EXPECT_EQ(read<double>("0.25"), 0.25);
  EXPECT_EQ(read<double>("5"), 5);
  EXPECT_EQ(read<double>("1e3"), 1000);
  for (const char* text : {"", "nan", "inf", "-inf", "1e999", "5 s", "0,5", "."}) {
    EXPECT_EQ(read<double>(text), std::nullopt) << text;
  }
  EXPECT_EQ(wrong<double>("0,5").meant, "0.5");
  EXPECT_EQ(wrong<double>("5 s").meant, "5");
  EXPECT_EQ(wrong<double>("250ms").meant, "0.25");
  EXPECT_EQ(wrong<double>("50%").meant, "0.5");
}

TEST(ValueTest, BytesInPowersOf1024) {
  EXPECT_EQ(read<Bytes>("0"), 0);
  EXPECT_EQ(read<Bytes>("1048576"), 1_MiB);
  EXPECT_EQ(read<Bytes>("64K"), 64_KiB);
  EXPECT_EQ(read<Bytes>("512M"), 512_MiB);
  EXPECT_EQ(read<Bytes>("2G"), 2_GiB);
  EXPECT_EQ(read<Bytes>("8589934591G"), 8589934591 << 30);
  for (const char* text : {"", "M", "2T", "-1", "-1M", "1.5G", "8589934592G", "512 MB", "512m", "0x1M"}) {
    EXPECT_EQ(read<Bytes>(text), std::nullopt) << text;
  }
  EXPECT_EQ(wrong<Bytes>("512mib").meant, "512M");
}

TEST(ValueTest, Sizes) {
  EXPECT_EQ(read<domain::Size>("640x384"), (domain::Size{640, 384}));
  EXPECT_EQ(read<domain::Size>("640X384"), (domain::Size{640, 384}));
  EXPECT_EQ(read<domain::Size>("auto"), (domain::Size{}));
  for (const char* text :
       {"", "640", "640x", "x384", "640x384x3", "-640x384", "640 x 384", "0x0", "640x0", "99999999999x1"}) {
    EXPECT_EQ(read<domain::Size>(text), std::nullopt) << text;
  }
}

TEST(ValueTest, Regions) {
  EXPECT_EQ(read<domain::Zone>("800x600+10+20"), (domain::Zone{10, 20, 800, 600}));
  EXPECT_EQ(read<domain::Zone>("25%x30.5%+10%+0%"), (domain::Zone{10, 0, 25, 30.5, true}));
  EXPECT_EQ(read<domain::Zone>("66.7%x100%+33.3%+0%"), (domain::Zone{33.3, 0, 66.7, 100, true}));
  EXPECT_EQ(read<domain::Zone>(""), domain::Zone{});
  for (const char* text : {"800x600", "800x600+10", "800x600+10+20+30", "800x600-10+20", "0x600+0+0",
                           "800x600+0+-0", "65537x1+0+0", "whole", "50%x50%+60%+0%", "50%x50+0+0", "50%x50%",
                           "0%x50%+0%+0%", "-5%x50%+0%+0%", "nan%x50%+0%+0%", "50%x50%+0%+0"}) {
    EXPECT_EQ(read<domain::Zone>(text), std::nullopt) << text;
  }
}

TEST(ValueTest, Lists) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(read<Texts>("a=b, c=d"), (Texts{"a=b", "c=d"}));
  EXPECT_EQ(read<Texts>(""), Texts{});
  Texts texts;
  EXPECT_FALSE(parse({{"a=b,c", "d=e"}, true}, &texts).has_value());
  EXPECT_EQ(texts, (Texts{"a=b,c", "d=e"})) << "commas of a YAML list's entry are its own";
  int number = 5;
  EXPECT_TRUE(parse({{"7"}, true}, &number).has_value());
  EXPECT_EQ(number, 5) << "a wrong value changes nothing";
}

TEST(ValueTest, WrittenAsRead) {
  double number = 5;
  EXPECT_EQ(format(&number), "5.0");
  number = 0.1;
  EXPECT_EQ(format(&number), "0.1");
  std::string text = "auto";
  EXPECT_EQ(format(&text), "auto");
  text = "say \"\\\"";
  EXPECT_EQ(format(&text), R"("say \"\\\"")");
  domain::Zone region{1, 2, 3, 4};
  EXPECT_EQ(format(&region), "3x4+1+2");
  region = {10, 0, 25, 30.5, true};
  EXPECT_EQ(format(&region), "25%x30.5%+10%+0%");
}

}  // namespace
}  // namespace vigia::settings
