package phrases

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
)

// TestWhatNetworksAndServersSayIsMeantInArabic asks with the words of the
// standard library, so that a phrase which it no longer uses is noticed.
func TestWhatNetworksAndServersSayIsMeantInArabic(t *testing.T) {
	ar, en := load(t, "ar"), load(t, "en")
	for said, want := range map[string]string{
		"calling shop.example: dial tcp 192.0.2.1:443: connect: " + syscall.ECONNREFUSED.Error():                                  "لا يقبل الخادم الاتصال",
		"read tcp: " + syscall.ECONNRESET.Error():                                                                                 "انقطع الاتصال",
		"write tcp: " + syscall.EPIPE.Error():                                                                                     "انقطع الاتصال",
		"reading the answer: " + io.ErrUnexpectedEOF.Error():                                                                      "انقطع الاتصال",
		"connect: " + syscall.ENETUNREACH.Error():                                                                                 "تعذّر الوصول إلى الشبكة",
		"connect: " + syscall.EHOSTUNREACH.Error():                                                                                "تعذّر الوصول إلى الخادم",
		(&net.DNSError{Err: "no such host", Name: "shop.example", IsNotFound: true}).Error():                                      "لا يُعرف خادم بهذا الاسم",
		"calling shop.example: " + context.DeadlineExceeded.Error():                                                               "انتهت المهلة ولم يُجب الخادم",
		"read tcp: " + os.ErrDeadlineExceeded.Error():                                                                             "انتهت المهلة ولم يُجب الخادم",
		"Discord answered 403: Missing Access (50001)":                                                                            "لا يسمح الخادم بذلك",
		"sendMessage: 403 Forbidden: bot was kicked":                                                                              "لا يسمح الخادم بذلك",
		"asked to wait 1m30s: answered 503 Service Unavailable":                                                                   "يطلب الخادم التمهّل",
		"looking up shop.example: " + (&net.DNSError{Err: "server misbehaving", Name: "shop.example", IsTemporary: true}).Error(): "تعذّر سؤال خادم الأسماء",
		"connect: " + syscall.ETIMEDOUT.Error():                                                                                   "انتهت المهلة ولم يُجب الخادم",
		"calling shop.example: " + (&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}).Error():                 "شهادة الخادم من جهة غير معروفة",
		"calling shop.example: " + x509.HostnameError{Certificate: &x509.Certificate{}, Host: "shop.example"}.Error():             "شهادة الخادم غير صالحة",
		"calling shop.example: remote error: " + tls.AlertError(40).Error():                                                       "تعذّر اتصال آمن بالخادم",
		"calling shop.example: " + tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}.Error():          "تعذّر اتصال آمن بالخادم",
		"opening the file: open x.csv: " + syscall.ENOENT.Error():                                                                 "لا يوجد ملف بهذا الاسم",
		"opening the file: open x.csv: " + syscall.EACCES.Error():                                                                 "لا تسمح صلاحيات الملف بذلك",
		"x: " + x509.CertificateInvalidError{Cert: &x509.Certificate{}, Reason: x509.Expired}.Error() + "2026-11-20":              "انتهت مدة شهادة الخادم أو لم تبدأ بعد",
		"x: " + x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign}.Error():                                            "شهادة الخادم غير صالحة",
		"listen tcp 127.0.0.1:8321: bind: " + syscall.EADDRINUSE.Error():                                                          "يستعمل برنامج آخر هذا المنفذ",
		"listen tcp :80: bind: " + syscall.EACCES.Error():                                                                         "لا يحق لهذا المستخدم فتح هذا المنفذ",
		"listen tcp 192.0.2.1:80: bind: " + syscall.EADDRNOTAVAIL.Error():                                                         "ليس هذا العنوان لهذا الجهاز",
		"write data: " + syscall.ENOSPC.Error():                                                                                   "امتلأ القرص",
		"write data: " + syscall.EDQUOT.Error():                                                                                   "امتلأت الحصة المسموح بها من القرص",
		"open data: " + syscall.EROFS.Error():                                                                                     "القرص للقراءة فقط",
		"open data: " + syscall.EMFILE.Error():                                                                                    "الملفات المفتوحة أكثر مما يسمح به النظام",
		"read data: " + syscall.EISDIR.Error():                                                                                    "هذا مجلد لا ملف",
		"open data: " + syscall.ENOTDIR.Error():                                                                                   "ليس هذا مجلدًا",
		"read data: " + syscall.EIO.Error():                                                                                       "في القرص خلل",
		"asking: " + context.Canceled.Error():                                                                                     "أُوقف قبل أن يتم",
		"no answer that anybody knows":                                                                                            "",
	} {
		quoted := FSI + said + PDI
		if want != "" {
			want += " (" + quoted + ")"
		} else {
			want = quoted
		}
		name := func(string) string { return "" }
		if got := ar.Say("card.failed", "note", Cause(said)); got != ar.Say("card.failed", "note", Plain(want)) {
			t.Errorf("%q is told as %q", said, got)
		}
		if got, known := ar.Note(said, name); got != want || known {
			t.Errorf("%q reads %q, %v", said, got, known)
		}
		if got := en.Say("card.failed", "note", Cause(said)); got != en.Say("card.failed", "note", said) {
			t.Errorf("in English %q is told as %q", said, got)
		}
	}
	for _, code := range []int{400, 401, 403, 404, 410, 429, 500, 502, 503, 504} {
		if said := fmt.Sprintf("answered %d", code); ar.Why(said) == FSI+said+PDI {
			t.Errorf("%s has no Arabic", said)
		}
		if said := fmt.Sprintf("%d %s", code, http.StatusText(code)); ar.Why(said) == FSI+said+PDI {
			t.Errorf("%s has no Arabic", said)
		}
	}
	if said := "it is over; who knows; nobody"; ar.Why(said) != FSI+said+PDI {
		t.Errorf("what is not known becomes %q", ar.Why(said))
	}
	for said, want := range map[string]string{"not sent: " + context.DeadlineExceeded.Error(): "لم يُرسل: انتهت المهلة ولم يُجب الخادم (context deadline exceeded)", "not as it should be: x": "not as it should be: x"} {
		if got, _ := ar.Note(said, func(string) string { return "" }); plainly(got) != want {
			t.Errorf("%q reads %q", said, got)
		}
	}
	if got, _ := ar.Note("it is over; who knows", func(string) string { return "" }); got != FSI+"it is over; who knows"+PDI {
		t.Errorf("what is not known is taken apart: %q", got)
	}
}
