# Everything from outside, found once. Parts link the targets named here.
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(Protobuf REQUIRED)

pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavformat libavcodec libavutil libswscale)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(MOSQUITTO REQUIRED IMPORTED_TARGET libmosquitto)
pkg_check_modules(PUGIXML REQUIRED IMPORTED_TARGET pugixml)
pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)
find_package(OpenSSL REQUIRED)

# OpenCV, for tests and benchmarks only: they compare with it. By its parts: the package that carries its CMake
# file pulls in all of OpenCV, and Java.
add_library(vigia_opencv INTERFACE)
target_include_directories(vigia_opencv SYSTEM INTERFACE /usr/include/opencv4)
target_link_libraries(vigia_opencv INTERFACE opencv_core opencv_imgproc)

# libyuv has no file for pkg-config.
find_library(YUV_LIBRARY yuv REQUIRED)
add_library(vigia_yuv INTERFACE)
target_link_libraries(vigia_yuv INTERFACE ${YUV_LIBRARY})

# oneDNN and libonnx by name: the CMake file of the first asks for OpenCL, which nobody here needs.
find_library(DNNL_LIBRARY dnnl REQUIRED)
add_library(vigia_dnnl INTERFACE)
target_link_libraries(vigia_dnnl INTERFACE ${DNNL_LIBRARY})
find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
add_library(vigia_onnx INTERFACE)
target_compile_definitions(vigia_onnx INTERFACE ONNX_NAMESPACE=onnx ONNX_ML=1)
target_link_libraries(vigia_onnx INTERFACE ${ONNX_PROTO_LIBRARY} protobuf::libprotobuf)
