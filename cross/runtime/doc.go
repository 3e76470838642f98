// Runtime puts the TensorFlow Lite C library for every supported architecture into build/runtime: from a Maven package,
// through the ordinary mvn client, checked against pinned SHA-256 digests of the package and of the library.
//
// Enters: the environment variables JAR (a package that was fetched some other way) and DUNLIN_TFLITE (a library of the
// user's own), mvn's local repository. Leaves: build/runtime/linux-<arch>/libtflite.so.2.21.0 and NOTICE. A library that
// is there with the right digest is left alone, and then no network is used. With the argument "onnx" it puts ONNX
// Runtime there instead, for amd64 and arm64, from an npm package through the ordinary npm client, checked likewise;
// with "older" it puts TensorFlow Lite 2.18 and 2.9 into build/runtime/older. It
// imports only the standard library and starts no goroutine.
package main
