BEGIN TRANSACTION;
CREATE TABLE account (
	id INTEGER NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	password VARCHAR(300) NOT NULL, 
	role VARCHAR(20) NOT NULL, 
	group_ids JSON, 
	disabled BOOLEAN NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_account PRIMARY KEY (id), 
	CONSTRAINT uq_account_name UNIQUE (name)
);
INSERT INTO "account" VALUES(1,'馆长','scrypt$841e570aad0b5c835376ded23f7905b2$e6e1475ac6a468a61b08f3b7af95cca2d9a7df7b33ce70f87a9b1644f0b7ba47','owner','null',0,1795227103644334);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE change (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(20) NOT NULL, 
	community_id INTEGER, 
	group_id INTEGER, 
	item_id INTEGER, 
	from_at BIGINT, 
	to_at BIGINT
);
INSERT INTO "change" VALUES(1,'messages',NULL,1,NULL,1775437200000000,1775437200000000);
INSERT INTO "change" VALUES(2,'messages',NULL,1,NULL,1775437260000000,1775437260000000);
INSERT INTO "change" VALUES(3,'faq',1,NULL,1,NULL,NULL);
INSERT INTO "change" VALUES(4,'rule',1,NULL,1,NULL,NULL);
INSERT INTO "change" VALUES(5,'document',1,NULL,1,NULL,NULL);
CREATE TABLE chat_group (
	id INTEGER NOT NULL, 
	community_id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	platform VARCHAR(20) NOT NULL, 
	profile JSON NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_chat_group PRIMARY KEY (id), 
	CONSTRAINT fk_chat_group_community_id FOREIGN KEY(community_id) REFERENCES community (id) ON DELETE CASCADE, 
	CONSTRAINT uq_chat_group_community_id_name UNIQUE (community_id, name)
);
INSERT INTO "chat_group" VALUES(1,1,'借阅群','wechat','{}',1795227103191731);
CREATE TABLE community (
	id INTEGER NOT NULL, 
	slug VARCHAR(120) NOT NULL, 
	is_sample BOOLEAN NOT NULL, 
	profile JSON NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_community PRIMARY KEY (id), 
	CONSTRAINT uq_community_slug UNIQUE (slug)
);
INSERT INTO "community" VALUES(1,'绘本馆',0,'{"name": "\u7ed8\u672c\u9986", "language": "zh", "timezone": "Asia/Shanghai"}',1795227103184567);
CREATE TABLE confirmation (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	community_id INTEGER NOT NULL, 
	group_id INTEGER, 
	question TEXT NOT NULL, 
	question_key VARCHAR(64) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	item_id INTEGER NOT NULL, 
	section INTEGER NOT NULL, 
	is_right BOOLEAN NOT NULL, 
	account_id INTEGER, 
	at BIGINT NOT NULL, 
	CONSTRAINT fk_confirmation_community_id FOREIGN KEY(community_id) REFERENCES community (id) ON DELETE CASCADE, 
	CONSTRAINT fk_confirmation_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE CASCADE, 
	CONSTRAINT uq_confirmation_community_id_question_key_kind_item_id_section UNIQUE (community_id, question_key, kind, item_id, section)
);
INSERT INTO "confirmation" VALUES(1,1,NULL,'几点开门','x','faq',1,0,1,NULL,1700000000000000);
CREATE TABLE covered_span (
	id INTEGER NOT NULL, 
	group_id INTEGER NOT NULL, 
	starts_at BIGINT NOT NULL, 
	ends_at BIGINT NOT NULL, 
	job_id INTEGER, 
	CONSTRAINT pk_covered_span PRIMARY KEY (id), 
	CONSTRAINT fk_covered_span_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE CASCADE
);
CREATE TABLE dialogue (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	account_id INTEGER NOT NULL, 
	community_id INTEGER NOT NULL, 
	group_id INTEGER, 
	title VARCHAR(200) NOT NULL, 
	summary TEXT NOT NULL, 
	summarised_id INTEGER NOT NULL, 
	created_at BIGINT NOT NULL, 
	changed_at BIGINT NOT NULL, 
	CONSTRAINT fk_dialogue_community_id FOREIGN KEY(community_id) REFERENCES community (id) ON DELETE CASCADE, 
	CONSTRAINT fk_dialogue_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE CASCADE
);
INSERT INTO "dialogue" VALUES(1,1,1,1,'周六几点开门？','',0,1781500000000000,1781500000000000);
CREATE TABLE document (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	community_id INTEGER NOT NULL, 
	group_id INTEGER, 
	name VARCHAR(300) NOT NULL, 
	text TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT fk_document_community_id FOREIGN KEY(community_id) REFERENCES community (id) ON DELETE CASCADE, 
	CONSTRAINT fk_document_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE CASCADE
);
INSERT INTO "document" VALUES(1,1,NULL,'须知','# 须知
带好书。',1);
CREATE TABLE fact (
	name VARCHAR(60) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_fact PRIMARY KEY (name)
);
CREATE TABLE faq_entry (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	community_id INTEGER NOT NULL, 
	group_id INTEGER, 
	question TEXT NOT NULL, 
	variants JSON NOT NULL, 
	answer TEXT NOT NULL, 
	tags JSON NOT NULL, 
	expires_on DATE, 
	version INTEGER NOT NULL, 
	CONSTRAINT fk_faq_entry_community_id FOREIGN KEY(community_id) REFERENCES community (id) ON DELETE CASCADE, 
	CONSTRAINT fk_faq_entry_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE CASCADE
);
INSERT INTO "faq_entry" VALUES(1,1,NULL,'几点开门？','["\u4ec0\u4e48\u65f6\u5019\u5f00\u95e8"]','九点','["\u65f6\u95f4"]',NULL,1);
CREATE TABLE faq_wording (
	id INTEGER NOT NULL, 
	entry_id INTEGER NOT NULL, 
	question_hash VARCHAR(64) NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_faq_wording PRIMARY KEY (id), 
	CONSTRAINT fk_faq_wording_entry_id FOREIGN KEY(entry_id) REFERENCES faq_entry (id) ON DELETE CASCADE
);
INSERT INTO "faq_wording" VALUES(1,1,'h','周六开到几点？');
CREATE TABLE job (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(20) NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	title VARCHAR(400) NOT NULL, 
	group_id INTEGER, 
	account_id INTEGER, 
	step VARCHAR(40) NOT NULL, 
	done BIGINT NOT NULL, 
	total BIGINT NOT NULL, 
	"plan" JSON NOT NULL, 
	result JSON NOT NULL, 
	error TEXT NOT NULL, 
	cancel BOOLEAN NOT NULL, 
	created_at BIGINT NOT NULL, 
	finished_at BIGINT, 
	CONSTRAINT fk_job_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE SET NULL
);
CREATE TABLE login_attempt (
	id INTEGER NOT NULL, 
	subject VARCHAR(200) NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_login_attempt PRIMARY KEY (id)
);
CREATE TABLE member (
	id INTEGER NOT NULL, 
	group_id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_member PRIMARY KEY (id), 
	CONSTRAINT fk_member_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE CASCADE
);
INSERT INTO "member" VALUES(1,1,'小红');
INSERT INTO "member" VALUES(2,1,'馆长');
CREATE TABLE member_alias (
	id INTEGER NOT NULL, 
	group_id INTEGER NOT NULL, 
	member_id INTEGER NOT NULL, 
	kind VARCHAR(4) NOT NULL, 
	value VARCHAR(400) NOT NULL, 
	CONSTRAINT pk_member_alias PRIMARY KEY (id), 
	CONSTRAINT fk_member_alias_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE CASCADE, 
	CONSTRAINT fk_member_alias_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE CASCADE, 
	CONSTRAINT uq_member_alias_group_id_kind_value_member_id UNIQUE (group_id, kind, value, member_id)
);
INSERT INTO "member_alias" VALUES(1,1,1,'id','u1');
INSERT INTO "member_alias" VALUES(2,1,1,'name','小红');
INSERT INTO "member_alias" VALUES(3,1,2,'id','u2');
INSERT INTO "member_alias" VALUES(4,1,2,'name','馆长');
CREATE TABLE message (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	group_id INTEGER NOT NULL, 
	platform_id VARCHAR(200) NOT NULL, 
	member_id INTEGER, 
	sender_name VARCHAR(200) NOT NULL, 
	sent_at BIGINT NOT NULL, 
	to_the_minute BOOLEAN NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	text TEXT NOT NULL, 
	reply_to VARCHAR(200), 
	reply_to_id INTEGER, 
	quoted_name VARCHAR(200), 
	quoted_text TEXT, 
	recalled_at BIGINT, 
	job_id INTEGER, 
	CONSTRAINT fk_message_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE CASCADE, 
	CONSTRAINT fk_message_member_id FOREIGN KEY(member_id) REFERENCES member (id) ON DELETE CASCADE, 
	CONSTRAINT uq_message_group_id_platform_id UNIQUE (group_id, platform_id)
);
INSERT INTO "message" VALUES(1,1,'x:1',1,'小红',1775437200000000,0,'text','周六几点开门？',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "message" VALUES(2,1,'x:2',2,'馆长',1775437260000000,0,'text','九点','x:1',1,NULL,NULL,NULL,NULL);
CREATE TABLE message_alias (
	group_id INTEGER NOT NULL, 
	platform_id VARCHAR(200) NOT NULL, 
	message_id INTEGER NOT NULL, 
	CONSTRAINT pk_message_alias PRIMARY KEY (group_id, platform_id), 
	CONSTRAINT fk_message_alias_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE CASCADE, 
	CONSTRAINT fk_message_alias_message_id FOREIGN KEY(message_id) REFERENCES message (id) ON DELETE CASCADE
);
CREATE TABLE message_origin (
	message_id INTEGER NOT NULL, 
	job_id INTEGER NOT NULL, 
	CONSTRAINT pk_message_origin PRIMARY KEY (message_id, job_id), 
	CONSTRAINT fk_message_origin_message_id FOREIGN KEY(message_id) REFERENCES message (id) ON DELETE CASCADE
);
CREATE TABLE model_call (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at BIGINT NOT NULL, 
	community_id INTEGER, 
	group_id INTEGER, 
	account_id INTEGER, 
	purpose VARCHAR(20) NOT NULL, 
	prompt VARCHAR(60) NOT NULL, 
	prompt_hash VARCHAR(12) NOT NULL, 
	vendor VARCHAR(40) NOT NULL, 
	model VARCHAR(200) NOT NULL, 
	input_tokens INTEGER NOT NULL, 
	output_tokens INTEGER NOT NULL, 
	is_estimate BOOLEAN NOT NULL, 
	cost BIGINT, 
	first_token_ms INTEGER NOT NULL, 
	latency_ms INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	outcome VARCHAR(20) NOT NULL
);
INSERT INTO "model_call" VALUES(1,1781500000000000,1,1,1,'answer','answer','0123456789ab','deepseek','deepseek-chat',900,80,0,2440,300,1200,1,'ok');
CREATE TABLE model_cap (
	scope VARCHAR(40) NOT NULL, 
	group_id INTEGER, 
	yuan FLOAT, 
	tokens BIGINT, 
	CONSTRAINT pk_model_cap PRIMARY KEY (scope), 
	CONSTRAINT fk_model_cap_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE CASCADE
);
INSERT INTO "model_cap" VALUES('all',NULL,5.0,NULL);
INSERT INTO "model_cap" VALUES('g1',1,NULL,200000);
CREATE TABLE model_setup (
	id INTEGER NOT NULL, 
	vendor VARCHAR(40) NOT NULL, 
	base_url VARCHAR(400) NOT NULL, 
	model VARCHAR(200) NOT NULL, 
	context_tokens INTEGER NOT NULL, 
	input_price FLOAT, 
	output_price FLOAT, 
	is_local BOOLEAN NOT NULL, 
	abilities JSON NOT NULL, 
	version INTEGER NOT NULL, 
	changed_at BIGINT NOT NULL, 
	CONSTRAINT pk_model_setup PRIMARY KEY (id)
);
INSERT INTO "model_setup" VALUES(1,'deepseek','https://api.deepseek.com/v1','deepseek-chat',64000,2.0,8.0,0,'{"tools": true}',1,1781500000000000);
CREATE TABLE proposal (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(20) NOT NULL, 
	community_id INTEGER NOT NULL, 
	group_id INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	evidence JSON NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	account_id INTEGER, 
	decided_by INTEGER, 
	decided_at BIGINT, 
	version INTEGER NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT fk_proposal_community_id FOREIGN KEY(community_id) REFERENCES community (id) ON DELETE CASCADE, 
	CONSTRAINT fk_proposal_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE CASCADE
);
INSERT INTO "proposal" VALUES(1,'announce',1,1,'周六九点开门','馆长要的','[]','pending',1,NULL,NULL,1,1781500000000000);
CREATE TABLE refit (
	community_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	embedder VARCHAR(120) NOT NULL, 
	pairs INTEGER NOT NULL, 
	data BLOB NOT NULL, 
	report JSON NOT NULL, 
	made_at BIGINT NOT NULL, 
	CONSTRAINT pk_refit PRIMARY KEY (community_id), 
	CONSTRAINT fk_refit_community_id FOREIGN KEY(community_id) REFERENCES community (id) ON DELETE CASCADE
);
CREATE TABLE rule (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	community_id INTEGER NOT NULL, 
	group_id INTEGER, 
	number INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT fk_rule_community_id FOREIGN KEY(community_id) REFERENCES community (id) ON DELETE CASCADE, 
	CONSTRAINT fk_rule_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE CASCADE
);
INSERT INTO "rule" VALUES(1,1,NULL,1,'不发广告',1);
CREATE TABLE session (
	token_hash VARCHAR(64) NOT NULL, 
	account_id INTEGER NOT NULL, 
	created_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_session PRIMARY KEY (token_hash), 
	CONSTRAINT fk_session_account_id FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE TABLE staged_message (
	job_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	sender INTEGER NOT NULL, 
	platform_id VARCHAR(200), 
	sent_at BIGINT NOT NULL, 
	to_the_minute BOOLEAN NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	text TEXT NOT NULL, 
	reply_to VARCHAR(200), 
	quoted_name VARCHAR(200), 
	quoted_text TEXT, 
	recalled BOOLEAN NOT NULL, 
	line INTEGER NOT NULL, 
	known_id INTEGER, 
	repeats BOOLEAN NOT NULL, 
	CONSTRAINT pk_staged_message PRIMARY KEY (job_id, number), 
	CONSTRAINT fk_staged_message_job_id FOREIGN KEY(job_id) REFERENCES job (id) ON DELETE CASCADE
);
CREATE TABLE staged_sender (
	job_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	sender_id VARCHAR(200), 
	name VARCHAR(200) NOT NULL, 
	member_id INTEGER, 
	CONSTRAINT pk_staged_sender PRIMARY KEY (job_id, number), 
	CONSTRAINT fk_staged_sender_job_id FOREIGN KEY(job_id) REFERENCES job (id) ON DELETE CASCADE
);
CREATE TABLE thread (
	id INTEGER NOT NULL, 
	group_id INTEGER NOT NULL, 
	first_at BIGINT NOT NULL, 
	last_at BIGINT NOT NULL, 
	size INTEGER NOT NULL, 
	words_due BOOLEAN NOT NULL, 
	vector_due BOOLEAN NOT NULL, 
	CONSTRAINT pk_thread PRIMARY KEY (id), 
	CONSTRAINT fk_thread_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE CASCADE
);
CREATE TABLE thread_message (
	message_id INTEGER NOT NULL, 
	group_id INTEGER NOT NULL, 
	thread_id INTEGER NOT NULL, 
	sent_at BIGINT NOT NULL, 
	answers_id INTEGER, 
	why VARCHAR(10) NOT NULL, 
	CONSTRAINT pk_thread_message PRIMARY KEY (message_id), 
	CONSTRAINT fk_thread_message_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE CASCADE
);
CREATE TABLE turn (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	dialogue_id INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	asked TEXT NOT NULL, 
	said TEXT NOT NULL, 
	outcome VARCHAR(20) NOT NULL, 
	details JSON NOT NULL, 
	CONSTRAINT fk_turn_dialogue_id FOREIGN KEY(dialogue_id) REFERENCES dialogue (id) ON DELETE CASCADE
);
INSERT INTO "turn" VALUES(1,1,1781500000000000,'周六几点开门？','九点','ok','{}');
CREATE TABLE vector (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	scope VARCHAR(40) NOT NULL, 
	"key" VARCHAR(60) NOT NULL, 
	group_id INTEGER, 
	community_id INTEGER NOT NULL, 
	stamp VARCHAR(64) NOT NULL, 
	embedder VARCHAR(120) NOT NULL, 
	data BLOB NOT NULL, 
	CONSTRAINT fk_vector_community_id FOREIGN KEY(community_id) REFERENCES community (id) ON DELETE CASCADE, 
	CONSTRAINT fk_vector_group_id FOREIGN KEY(group_id) REFERENCES chat_group (id) ON DELETE CASCADE, 
	CONSTRAINT uq_vector_scope_key UNIQUE (scope, "key")
);
CREATE INDEX ix_login_attempt_subject_at ON login_attempt (subject, at);
CREATE INDEX ix_chat_group_community_id ON chat_group (community_id);
CREATE INDEX ix_session_account_id ON session (account_id);
CREATE INDEX ix_covered_span_group_id ON covered_span (group_id);
CREATE INDEX ix_document_community_id ON document (community_id);
CREATE INDEX ix_document_group_id ON document (group_id);
CREATE INDEX ix_faq_entry_community_id ON faq_entry (community_id);
CREATE INDEX ix_faq_entry_group_id ON faq_entry (group_id);
CREATE INDEX ix_job_group_id ON job (group_id);
CREATE INDEX ix_job_state ON job (state);
CREATE INDEX ix_member_group_id ON member (group_id);
CREATE INDEX ix_rule_community_id ON rule (community_id);
CREATE INDEX ix_rule_group_id ON rule (group_id);
CREATE INDEX ix_member_alias_member_id ON member_alias (member_id);
CREATE INDEX ix_message_group_id_sent_at_id ON message (group_id, sent_at, id);
CREATE INDEX ix_message_job_id ON message (job_id);
CREATE INDEX ix_message_member_id ON message (member_id);
CREATE INDEX ix_message_reply_to_id ON message (reply_to_id) WHERE reply_to_id IS NOT NULL;
CREATE INDEX ix_message_alias_message_id ON message_alias (message_id);
CREATE INDEX ix_message_origin_job_id ON message_origin (job_id);
CREATE INDEX ix_thread_group_id_last_at ON thread (group_id, last_at);
CREATE INDEX ix_thread_words_due ON thread (group_id) WHERE words_due;
CREATE INDEX ix_thread_vector_due ON thread (group_id) WHERE vector_due;
CREATE INDEX ix_thread_message_group_id_sent_at_message_id ON thread_message (group_id, sent_at, message_id);
CREATE INDEX ix_thread_message_thread_id ON thread_message (thread_id);
CREATE INDEX ix_vector_community_id ON vector (community_id);
CREATE INDEX ix_vector_group_id ON vector (group_id);
CREATE INDEX ix_vector_scope_id ON vector (scope, id);
CREATE INDEX ix_confirmation_community_id ON confirmation (community_id);
CREATE INDEX ix_confirmation_group_id ON confirmation (group_id);
CREATE INDEX ix_model_call_at ON model_call (at);
CREATE INDEX ix_model_call_group_id_at ON model_call (group_id, at);
CREATE INDEX ix_dialogue_account_id_changed_at ON dialogue (account_id, changed_at);
CREATE INDEX ix_dialogue_community_id ON dialogue (community_id);
CREATE INDEX ix_dialogue_group_id ON dialogue (group_id);
CREATE INDEX ix_model_cap_group_id ON model_cap (group_id);
CREATE INDEX ix_proposal_community_id ON proposal (community_id);
CREATE INDEX ix_proposal_group_id ON proposal (group_id);
CREATE INDEX ix_proposal_state ON proposal (state);
CREATE INDEX ix_faq_wording_entry_id ON faq_wording (entry_id);
CREATE INDEX ix_turn_dialogue_id ON turn (dialogue_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('message',2);
INSERT INTO "sqlite_sequence" VALUES('change',5);
INSERT INTO "sqlite_sequence" VALUES('faq_entry',1);
INSERT INTO "sqlite_sequence" VALUES('rule',1);
INSERT INTO "sqlite_sequence" VALUES('document',1);
INSERT INTO "sqlite_sequence" VALUES('confirmation',1);
INSERT INTO "sqlite_sequence" VALUES('model_call',1);
INSERT INTO "sqlite_sequence" VALUES('dialogue',1);
INSERT INTO "sqlite_sequence" VALUES('turn',1);
INSERT INTO "sqlite_sequence" VALUES('proposal',1);
COMMIT;
