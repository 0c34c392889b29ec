# Messages of TensorBoard and ONNX are generated in this library, which does not use LibTorch: its wheel contains a
# protobuf of its own. onnx.proto is the official schema, in Debian's libonnx-dev.
set(generated "${CMAKE_BINARY_DIR}/generated/temper/io/format")
target_include_directories(${target} SYSTEM PRIVATE "${CMAKE_BINARY_DIR}/generated")

# temper_messages(PROTO): compiles a schema into the library, and generates temper/io/format/NAME.pb.h.
function(temper_messages proto)
  cmake_path(GET proto PARENT_PATH folder)
  cmake_path(GET proto STEM name)
  set(made "${generated}/${name}.pb.cc" "${generated}/${name}.pb.h")
  add_custom_command(
    OUTPUT ${made}
    COMMAND "${CMAKE_COMMAND}" -E make_directory "${generated}"
    COMMAND protobuf::protoc "--cpp_out=${generated}" "--proto_path=${folder}" "${proto}"
    DEPENDS "${proto}" VERBATIM)
  target_sources(${target} PRIVATE ${made})
  set_source_files_properties("${generated}/${name}.pb.cc" PROPERTIES COMPILE_OPTIONS -w SKIP_LINTING ON)
endfunction()

find_path(TEMPER_ONNX_PROTO onnx/onnx.proto REQUIRED DOC "the folder that holds onnx/onnx.proto (Debian's libonnx-dev)")
temper_messages("${CMAKE_CURRENT_SOURCE_DIR}/temper/io/format/tensorboard.proto")
temper_messages("${TEMPER_ONNX_PROTO}/onnx/onnx.proto")

target_link_libraries(${target}
  PUBLIC nlohmann_json::nlohmann_json
  PRIVATE JPEG::JPEG PNG::PNG ZLIB::ZLIB PkgConfig::WEBP PkgConfig::XXHASH protobuf::libprotobuf-lite)
