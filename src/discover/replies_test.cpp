// Answers as devices of several makes write them, and as no device should.
#include "discover/replies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "discover/soap.h"

namespace vigia::discover {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string soap(const std::string& content) {
  return R"(<?xml version="1.0"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>)" +
         content + "</e:Body></e:Envelope>";
}

Answer answer(const std::string& content) {
  Result<Answer> read = read_answer(soap(content));
  EXPECT_TRUE(read) << (read ? "" : read.error().text);
  return read ? *std::move(read) : Answer{*Document::parse("<none/>"), {}};
}

Error refusal(const std::string& text) {
  const Result<Answer> read = read_answer(text);
  EXPECT_FALSE(read);
  return read ? Error{} : read.error();
}

TEST(OnvifAnswerTest, PrefixesDoNotMatter) {
  for (const char* const text :
       {"<a:GetDeviceInformationResponse xmlns:a='x'><a:Model> P3245 "
        "</a:Model></a:GetDeviceInformationResponse>",
        "<GetDeviceInformationResponse "
        "xmlns='x'>\r\n<Model><![CDATA[P3245]]></Model></GetDeviceInformationResponse>",
        "<!-- first --><very-long.prefix:R><p:Extension/><q:Model>P3245</q:Model></very-long.prefix:R>"}) {
    EXPECT_EQ(read_information(answer(text).content).model, "P3245") << text;
  }
}

TEST(OnvifAnswerTest, AFaultThatWantsALoginIsToldFromOthers) {
  const auto fault = [](const std::string& code, const std::string& reason) {
    return refusal(soap("<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>" + code +
                        "</e:Value></e:Subcode></e:Code><e:Reason><e:Text>" + reason +
                        "</e:Text></e:Reason></e:Fault>"));
  };
  EXPECT_EQ(fault("ter:NotAuthorized", "").code, ErrorCode::refused);
  EXPECT_EQ(fault("wsse:FailedAuthentication", "").code, ErrorCode::refused);
  EXPECT_EQ(fault("ter:InvalidArgVal", "Authority failure").code, ErrorCode::refused);
  const Error other = fault("ter:ActionNotSupported", "Not\n implemented\x1B[31m");
  EXPECT_EQ(other.code, ErrorCode::not_found);
  EXPECT_EQ(other.text, "it says: Not implemented [31m");
  EXPECT_EQ(refusal(soap("<Fault><faultcode>SOAP-ENV:Client.NotAuthorized</faultcode>"
                         "<faultstring>Sender not authorized</faultstring></Fault>"))
                .code,
            ErrorCode::refused)
      << "SOAP 1.1";
}

TEST(OnvifAnswerTest, WhatIsNoSoapIsAnError) {
  for (const char* const text :
       {"", "<html></html>", "<a", "\xFF\xFE", "<Envelope/>", "<Envelope><Body/></Envelope>",
        "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><Envelope><Body><a>&b;</a></Body></Envelope>"}) {
    EXPECT_EQ(refusal(text).code, ErrorCode::invalid) << text;
  }
}

TEST(OnvifAnswerTest, SizeAndElementsAreBounded) {
  EXPECT_THAT(refusal(std::string(static_cast<std::size_t>(kLargestXml) + 1, 'x')).text,
              HasSubstr("too large"));
  std::string deep;
  for (std::size_t i = 0; i < kMostElements; ++i) deep += "<a>";
  EXPECT_THAT(refusal(soap(deep)).text, HasSubstr("too many elements"));
}

TEST(OnvifAnswerTest, ElementsMayBeDeep) {
  std::string begin, end;
  for (int i = 0; i < 20'000; ++i) {
    begin += "<a>";
    end += "</a>";
  }
  EXPECT_THAT(local_name(answer(begin + end).content), "a");
}

TEST(OnvifAnswerTest, TheTimeIsUtcOrNothing) {
  const auto time = [](const std::string& kind, const std::string& rest) {
    return read_time(
        answer("<r><SystemDateAndTime><" + kind + ">" + rest + "</" + kind + "></SystemDateAndTime></r>")
            .content);
  };
  const auto text = [](int month, int hour) {
    return "<Time><Hour>" + std::to_string(hour) +
           "</Hour><Minute>5</Minute><Second>6</Second></Time><Date><Year>2026"
           "</Year><Month>" +
           std::to_string(month) + "</Month><Day>30</Day></Date>";
  };
  ASSERT_TRUE(time("UTCDateTime", text(11, 4)));
  EXPECT_EQ(format_utc(*time("UTCDateTime", text(11, 4))), "2026-11-30T04:05:06.000000Z");
  EXPECT_TRUE(time("LocalDateTime", text(11, 4))) << "if there is nothing else";
  EXPECT_FALSE(time("UTCDateTime", text(13, 4)));
  EXPECT_FALSE(time("UTCDateTime", text(2, 4))) << "February has no 30th";
  EXPECT_FALSE(time("UTCDateTime", text(11, 24)));
  EXPECT_FALSE(time("UTCDateTime", ""));
}

TEST(OnvifAnswerTest, ProfilesWithoutVideoOrTokenAreLeftOut) {
  const auto profiles = read_profiles(
      answer("<r><Profiles "
             "token='a'><VideoSourceConfiguration><SourceToken>s</SourceToken></VideoSourceConfiguration>"
             "<VideoEncoderConfiguration><Encoding>H264</Encoding><Resolution><Width>-5</"
             "Width><Height>99999999999</Height>"
             "</Resolution><RateControl><FrameRateLimit>12.5</FrameRateLimit></RateControl></"
             "VideoEncoderConfiguration></Profiles>"
             "<Profiles token='b'><Name>audio</Name></Profiles>"
             "<Profiles><VideoEncoderConfiguration/></Profiles></r>")
          .content);
  ASSERT_THAT(profiles, SizeIs(1));
  EXPECT_EQ(profiles[0].source, "s");
  EXPECT_EQ(profiles[0].width, 0) << "impossible";
  EXPECT_EQ(profiles[0].height, 0) << "impossible";
  EXPECT_EQ(profiles[0].fps, 12.5);
}

TEST(OnvifAnswerTest, OfAnotherAnswerNothingIsRead) {
  const Answer other = answer("<whatever><x>1</x></whatever>");
  EXPECT_THAT(read_profiles(other.content), IsEmpty());
  EXPECT_EQ(read_stream_uri(other.content), "");
  EXPECT_EQ(read_services(other.content).media, "");
  EXPECT_EQ(read_capabilities(other.content).media, "");
  EXPECT_FALSE(read_time(other.content));
  EXPECT_EQ(read_information(other.content).model, "");
}

}  // namespace
}  // namespace vigia::discover
