/**
 * What servers write in other languages than English: German, French, Spanish, Italian, Portuguese, Dutch, the
 * Nordic ones, Polish, Czech, Russian, Japanese, Chinese, Korean. In words that fit behind "because".
 */
export const meaningsAbroad: readonly [RegExp, string][] = [
  [
    /(?:postfach|mailbox|speicher\p{L}*|kontingent|quota).{0,40}(?:voll\b|überschritten|erschöpft)|bo[iî]te.{0,40}pleine|quota.{0,20}dépassé|buz[oó]n.{0,30}(?:está )?llen[oa]|cuota.{0,20}(?:excedida|superada)|(?:casella|mailbox).{0,30}piena|caixa.{0,40}(?:cheia|lotada)|(?:postvak|mailbox).{0,20}(?:is )?vol\b|postl[aå]da\p{L}*.{0,20}full|skrzynk\p{L}.{0,40}(?:pełna|przepełniona)|schránka.{0,20}pln[aá]|ящик.{0,40}переполнен|превышен\p{L}*.{0,20}(?:квот|размер ящика)|(?:メールボックス|受信箱|容量).{0,20}(?:一杯|いっぱい|超|満杯)|(?:邮箱|信箱|郵箱).{0,12}(?:已满|已滿|满了|空间不足)|사서함.{0,12}(?:가득|초과)|편지함.{0,12}(?:가득|초과)/iu,
    'the mailbox is full',
  ],
  [
    /(?:nachricht|e-?mail|mail).{0,30}(?:zu groß|zu gross|größe überschreitet)|message.{0,20}trop (?:gros|volumineux)|mensaje.{0,30}demasiado grande|messaggio.{0,30}troppo grande|mensagem.{0,30}(?:muito|demasiado) grande|bericht.{0,20}te groot|wiadomość.{0,20}zbyt duża|(?:размер|письмо).{0,30}(?:превышает|слишком больш)|(?:サイズ|容量).{0,12}(?:大き|制限)|(?:邮件|信件).{0,12}(?:过大|太大)/iu,
    'the message is too large',
  ],
  [
    /(?:empfänger|adresse|postfach|mailbox|benutzer|nutzer|konto|account).{0,60}(?:existiert nicht|unbekannt|nicht (?:gefunden|bekannt|vorhanden|gültig)|ungültig)|(?:unbekannte[rn]?|ungültige[rn]?) (?:empfänger|adresse|benutzer|nutzer)|kein(?:e|en)? (?:solche[rsn]?|gültige[rsn]?) (?:empfänger|adresse|postfach|benutzer)|(?:adresse|destinataire|utilisateur|compte|bo[iî]te).{0,60}(?:n.existe pas|inconnue?|introuvable|invalide)|(?:destinatario|direcci[oó]n|usuario|buz[oó]n|cuenta).{0,60}(?:no existe|desconocid[oa]|no (?:se )?(?:encontr|válid)|inexistente)|(?:utente|destinatario|indirizzo|casella).{0,40}(?:sconosciut[oa]|non (?:esiste|trovat[oa]|valid[oa])|inesistente)|(?:usu[aá]rio|destinat[aá]rio|endere[cç]o|caixa).{0,40}(?:desconhecid[oa]|n[aã]o (?:existe|encontrad[oa])|inexistente|inv[aá]lid[oa])|(?:gebruiker|adres|ontvanger|postvak).{0,40}(?:onbekend|bestaat niet|niet gevonden)|(?:mottagare|adress|användare|modtager|bruker|mottaker)\p{L}*.{0,40}(?:okänd|finns inte|ukendt|ukjent|findes ikke|finnes ikke)|(?:odbiorc|adres|użytkownik|skrzynk)\p{L}*.{0,40}(?:nie istnieje|nieznan|nie został|nieprawidłow)|(?:uživatel|adresa|schránka)\p{L}*.{0,30}(?:neexistuje|neznám)|(?:пользовател|получател|адрес|ящик)\p{L}*.{0,40}(?:не найден|не существует|неизвест|недействит)|(?:アドレス|宛先|あて先|ユーザ).{0,30}(?:見つかりません|存在しません|不明|間違|ありません|無効)|(?:邮件地址|邮箱|帐号|账号|用户|收件人).{0,60}(?:不存在|无效|未找到)|(?:사용자|수신자|주소|계정).{0,20}(?:없|존재하지|잘못)|존재하지 않는/iu,
    'there is no such mailbox',
  ],
  [
    /(?:postfach|konto|benutzer).{0,40}(?:gesperrt|deaktiviert|abgeschaltet|nicht mehr aktiv)|(?:compte|bo[iî]te).{0,40}(?:désactivée?|suspendue?|fermée?)|(?:cuenta|buz[oó]n).{0,40}(?:desactivad[oa]|suspendid[oa]|deshabilitad[oa])|(?:casella|account).{0,40}(?:disabilitat[oa]|sospes[oa])|(?:conta|caixa).{0,40}(?:desativada|suspensa|inativa)|ящик.{0,30}(?:отключ|заблокирован)|(?:帐号|账号|邮箱).{0,12}(?:停用|禁用|冻结)/iu,
    'the mailbox is switched off',
  ],
  [
    /(?:domain|domäne|server|host).{0,40}(?:nicht gefunden|existiert nicht|unbekannt)|(?:domaine|serveur).{0,40}(?:introuvable|inconnu|n.existe pas)|dominio.{0,40}(?:no (?:existe|encontrado)|desconocido|non (?:esiste|trovato)|sconosciuto)|domínio.{0,30}(?:não (?:existe|encontrado)|inexistente)|домен.{0,30}не (?:найден|существует)|(?:ドメイン|サーバ).{0,20}(?:見つかりません|存在しません)|域名.{0,12}(?:不存在|无法解析)/iu,
    'no way to its server was found',
  ],
  [
    /zeitüberschreitung|antwortet nicht|nicht erreichbar|verzögert|verspätet|(?:délai|temps).{0,20}(?:dépassé|expiré|écoulé)|retardée?|ne répond pas|tiempo.{0,20}(?:agotado|excedido)|no responde|(?:demora|retras)ad[oa]|tempo.{0,20}(?:scaduto|esgotado|excedido)|in ritardo|non risponde|não responde|atrasad[oa]|vertraagd|försenad|forsinket|opóźni|przekroczono.{0,10}czas|задерж|не отвечает|遅延|遅れて|応答(?:がありません|しません)|タイムアウト|延迟|超时|지연/iu,
    'its server did not take it in time',
  ],
  [
    /abgelehnt|abgewiesen|verweigert|zurückgewiesen|blockiert|unerwünscht|nicht (?:angenommen|akzeptiert|erlaubt|zugelassen)|(?:refusée?|rejetée?|bloquée?|indésirable)|rechazad[oa]|bloquead[oa]|no (?:permitid|aceptad)[oa]|rifiutat[oa]|respint[oa]|bloccat[oa]|rejeitad[oa]|recusad[oa]|geweigerd|afgewezen|avvisa|afvist|avvist|odrzucon|zablokowan|odmítnut|отклон|отказ|заблокирован|спам|拒否|拒絶|迷惑メール|拒收|拒绝|垃圾邮件|거부|스팸/iu,
    'the server rejected the message',
  ],
  [
    /(?:konnte|kann|können).{0,80}nicht.{0,40}(?:zugestellt|übermittelt|gesendet)|unzustellbar|fehlgeschlagen|fehler bei der|n.a pas (?:pu|été).{0,30}(?:remis|délivré|envoyé)|échou|non remis|no (?:se )?(?:pudo|ha podido|puede).{0,30}entreg|no entregado|non (?:è stato |può essere )?consegnat|impossibile (?:consegnare|recapitare)|n[aã]o (?:p[oô]de|foi|pode).{0,20}entregue|niet (?:worden )?(?:bezorgd|afgeleverd)|onbestelbaar|kunde inte levereras|kunne ikke leveres|nie (?:można|udało|mogła).{0,30}dostarcz|nelze doručit|не (?:может быть |было |удалось )?доставл|送信できません|配信できません|配送できません|届けられません|无法(?:送达|投递)|未送达|退信|退回|보내지 못|전송.{0,6}실패|반송/iu,
    'its server could not deliver it',
  ],
];

/** Subjects of bounces in these languages. */
export const subjectsAbroad =
  /unzustellbar|nicht zugestellt|zustellung.{0,30}(?:fehl|verzög)|verzögerte zustellung|non remis|non distribu|échec de (?:la )?remise|no se (?:puede|pudo|ha podido) entregar|no entregado|non consegnat|mancat[ao] (?:consegna|recapito)|n[aã]o entregue|falha na entrega|onbestelbaar|niet bezorgd|kunde inte levereras|olevererb|kunne ikke leveres|uleverb|niedostarczon|nie dostarczon|nedoručiteln|недостав|не доставлен|配信不能|配送(?:不能|エラー|遅延)|送信エラー|退信|未送达|无法投递|전송 ?실패|반송|배달되지/iu;

/** They go on trying. */
export const delayedAbroad =
  /verzögert|verzögerte zustellung|noch nicht zugestellt|weitere zustellversuche|retardée?|pas encore été remis|retrasad[oa]|demorad[oa]|todav[ií]a no|in ritardo|non ancora consegnat|atrasad[oa]|ainda n[aã]o|vertraagd|nog niet|försenad|forsinket|opóźni|задерж|遅延|遅れて|再送を続け|延迟|지연/iu;
